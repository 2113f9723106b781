"""The full re-audit: everything compared anew outside the database, and with what the database says."""
