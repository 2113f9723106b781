"""Somebody asks for more time to pay a library fee: granted by itself when ten published conditions hold."""
