"""Bank statements (camt.053) and notifications (camt.054) in ISO 20022 XML, as Finnish banks send them."""
