"""Unguessable names that begin with the time, so that an index of millions grows at its end and not all over.

A random key touches another page of the index for every row; after each checkpoint the database logs each such page
whole, and once the index is larger than the memory it reads it from the disk too.
"""

import secrets
import time
from uuid import UUID


def opaque_uuid() -> UUID:
    """Version 7 of RFC 9562: milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & (1 << 62) - 1)


def opaque_token() -> str:
    """43 characters for an address: seconds in eight hexadecimal digits, then 208 random bits."""
    return f"{time.time_ns() // 1_000_000_000:08x}{secrets.token_urlsafe(26)}"


def short_token() -> str:
    """16 characters for an address in a text message: 96 random bits, and nobody looks them up by the million."""
    return secrets.token_urlsafe(12)
