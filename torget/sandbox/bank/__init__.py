"""A bank that writes statements of a municipality's account, as Finnish banks do."""
