"""The authcode of Visma Pay, written from the public examples and apart from the connector's own."""

import hmac


def authcode_of(private_key: str, parts: list[str]) -> str:
    return hmac.digest(private_key.encode(), "|".join(parts).encode(), "sha256").hex().upper()
