"""The signature of webhooks, written from the vendor's documentation and apart from the connector's own."""

import hashlib
import hmac
from base64 import b64encode
from urllib.parse import urlsplit


def signed_headers(secret: str, url: str, body: bytes, date: str) -> dict[str, str]:
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    digest = b64encode(hashlib.sha256(body).digest()).decode("ascii")
    joined = "\n".join(["POST", target, f"{date};{parts.netloc};{digest}"])
    signature = b64encode(hmac.new(bytes(secret, "utf-8"), bytes(joined, "utf-8"), hashlib.sha256).digest())
    return {
        "content-type": "application/json",
        "x-ms-date": date,
        "x-ms-content-sha256": digest,
        "authorization": "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=" + signature.decode(),
    }
