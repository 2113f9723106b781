"""What the stand-ins of all payment providers share: time, books, sending, outages, the hosted page."""
