"""Limits that hold for a municipality whose files name none of its own."""

REFUND_LIMIT_CENTS = 5000
"""Above this sum for one payment, a refund needs a second person."""
