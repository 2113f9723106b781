"""The tables of a provider's sandbox; callbacks and settings are in store.py."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS payment (
    id TEXT PRIMARY KEY, account TEXT NOT NULL, stamp TEXT NOT NULL, amount INTEGER NOT NULL, status TEXT NOT NULL,
    method TEXT NOT NULL, language TEXT NOT NULL, body TEXT NOT NULL, created_at REAL NOT NULL,
    expires_at REAL NOT NULL, paid_at REAL, page_url TEXT NOT NULL, UNIQUE (account, stamp));
CREATE TABLE IF NOT EXISTS refund (
    id TEXT PRIMARY KEY, payment TEXT NOT NULL, amount INTEGER NOT NULL, status TEXT NOT NULL, stamp TEXT NOT NULL,
    created_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS refund_payment ON refund (payment);
CREATE TABLE IF NOT EXISTS answered (key TEXT PRIMARY KEY, request TEXT NOT NULL, code INTEGER NOT NULL,
    body BLOB NOT NULL) WITHOUT ROWID;
"""
