"""How this sandbox server is set up; the defaults are the old Koha that was observed."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Sip2Settings:
    """Mutable on purpose: a test turns these while the sandbox runs."""

    login: str = "torget"
    password: str = "sandbox-secret"  # the sandbox's own public secret
    institution: str = "HELLE"
    encoding: str = "latin-1"
    terminator: bytes = b"\r\n"
    itemises: bool = False
    """True: a modern Koha with an av_field_template that has ids, and CG obeyed."""
    fee_line: str = "{id} {amount} {text}"
    """How an itemising server writes AV: its id, amount, text or the barcode of the item."""
    refuses_overpayment: bool = False
    """True: modern Koha's disallow_overpayment, and Evergreen always."""
    compares_two_digits: bool = False
    """True: FOLIO, which rounds what is paid and what is owed to two significant digits before it compares them."""
    puts_date_before_flag: bool = False
    """True: message 38 as invenio-sip2 writes it."""
    counts_checksum_in: str | None = None
    """An encoding other than the one sent, as servers do that add up before they encode."""
    answers_resend_requests: bool = True
    """False: 97 is met with silence, as by invenio-sip2."""
    sends_patron_validity: bool = True
    """False: no BL, as invenio-sip2."""
    supported_messages: str = "YYYYYYYYYYYNYYYY"
    is_online: bool = True
    lost_update_seconds: float = 0.0
    """How long a payment rests between reading and writing the debts; parallel ones overwrite each other."""
