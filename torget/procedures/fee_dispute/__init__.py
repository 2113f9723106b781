"""Somebody disputes a library fee: waived, corrected, or upheld, with the reasons."""
