"""The sandbox's own tables; callbacks and settings are those of every provider (providers/store.py)."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS payment (
    id TEXT PRIMARY KEY, account TEXT NOT NULL, stamp TEXT NOT NULL, reference TEXT NOT NULL,
    bank_reference TEXT NOT NULL, amount INTEGER NOT NULL, status TEXT NOT NULL, method TEXT NOT NULL,
    body TEXT NOT NULL, href TEXT NOT NULL, created_at REAL NOT NULL, paid_at REAL,
    is_settled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, stamp));
CREATE INDEX IF NOT EXISTS payment_unsettled ON payment (paid_at) WHERE is_settled = 0;
CREATE TABLE IF NOT EXISTS item (account TEXT NOT NULL, stamp TEXT NOT NULL, payment TEXT NOT NULL,
    PRIMARY KEY (account, stamp)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refund (
    id TEXT PRIMARY KEY, payment TEXT NOT NULL, account TEXT NOT NULL, amount INTEGER NOT NULL, status TEXT NOT NULL,
    stamp TEXT NOT NULL, lines TEXT NOT NULL, created_at REAL NOT NULL, completed_at REAL NOT NULL,
    is_settled INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS refund_payment ON refund (payment);
CREATE TABLE IF NOT EXISTS settlement (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, merchant TEXT NOT NULL, day TEXT NOT NULL,
    reference TEXT NOT NULL, created_at REAL NOT NULL, UNIQUE (account, merchant, day));
CREATE TABLE IF NOT EXISTS settlement_row (
    settlement INTEGER NOT NULL, payment TEXT NOT NULL, refund TEXT, amount INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS settlement_row_settlement ON settlement_row (settlement);
CREATE TABLE IF NOT EXISTS nonce (account TEXT NOT NULL, nonce TEXT NOT NULL,
    PRIMARY KEY (account, nonce)) WITHOUT ROWID;
"""
