"""How this sandbox Koha is set up: its client, its version, its preferences."""

from dataclasses import dataclass
from typing import Final

ALL_PERMISSIONS: Final = frozenset({"borrowers", "updatecharges", "catalogue", "circulate"})


@dataclass(slots=True, kw_only=True)
class KohaSettings:
    """Mutable on purpose: a test or the control endpoint turns these while the sandbox runs."""

    client_id: str = "torget"
    client_secret: str = "sandbox-secret"  # the sandbox's own public secret
    token_lives_seconds: int = 3600
    permissions: frozenset[str] = ALL_PERMISSIONS
    is_old: bool = False
    """True: a credit is answered 200 {account_line_id}, and credits cannot be listed (before Koha bug 29453)."""
    is_suomi: bool = False
    """True: Koha-Suomi's own PIN check and payment instead of Koha's; credits are neither taken nor listed."""
    has_plugin: bool = True
    """koha-plugin-rest-di is installed, which tells of relationships between patrons; an old Koha has none."""
    redacts: bool = False
    """True: the interface user belongs to another library, so the keys come with nulls."""
    failed_login_attempts_allowed: int = 5
    default_page_size: int = 20
    debit_types: frozenset[str] = frozenset({"OVERDUE", "LOST", "PROCESSING", "RESERVE_EXPIRED", "NEW_CARD", "MANUAL"})
    payment_types: frozenset[str] = frozenset({"CASH", "ONLINE", "SIP00"})
