"""Limits that hold for a municipality whose files name none of its own, and the choices it has."""

REFUND_LIMIT_CENTS = 5000
"""Above this sum for one payment, a refund needs a second person."""

GUARDIAN_AGE_LIMITS = (0, 15, 18)
"""Until what age a guardian may pay for a child's card: never, while the guardian answers for it, or until of age."""
