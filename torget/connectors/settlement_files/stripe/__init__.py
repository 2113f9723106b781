"""Stripe: the itemised payout reconciliation report in CSV."""
