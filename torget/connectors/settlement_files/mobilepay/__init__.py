"""Vipps MobilePay: the funds ledger of a sales unit in CSV."""
