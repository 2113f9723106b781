"""A network of municipalities as data: one folder each, read, checked and saved by the modules beside them."""
