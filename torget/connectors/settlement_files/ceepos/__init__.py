"""CPU Ceepos: the payments report that its back office writes as CSV."""
