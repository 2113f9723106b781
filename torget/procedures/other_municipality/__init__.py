"""A question to a municipality; if it belongs to another one, it is handed over (434/2003, 21 §)."""
