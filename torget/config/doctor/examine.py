"""Look at everything, one thing after the other; what breaks a check is a finding too."""

from torget.config.doctor import configuration, database, outside
from torget.config.doctor.finding import Check, Finding, Level, error

ALONE: tuple[Check, ...] = (
    configuration.check_secret,
    configuration.check_address,
    configuration.check_credential_keys,
    configuration.check_seal,
    configuration.check_retention_policy,
    configuration.check_disk,
)
DATABASE: tuple[Check, ...] = (
    database.check_migrations,
    database.check_clock,
    database.check_merchants,
    database.check_payments_queue,
    database.check_jobs,
    database.check_out_box,
    database.check_books,
)
OUTSIDE: tuple[Check, ...] = (
    outside.check_library_systems,
    outside.check_providers,
    outside.check_mail,
    outside.check_scanner,
    outside.check_mailbox,
)


def _run(check: Check) -> list[Finding]:
    try:
        return check()
    except Exception as problem:  # noqa: BLE001 - the doctor goes on with the next one
        name = check.__name__.removeprefix("check_").replace("_", " ")
        return [
            error(name, f"could not be looked at: {type(problem).__name__}: {problem}", "Mend what stands above it.")
        ]


def examine(*, is_offline: bool = False) -> list[Finding]:
    found = [finding for check in ALONE for finding in _run(check)]
    reached = _run(database.check_database)
    found += reached
    if reached[0].level is not Level.ERROR:
        found += [finding for check in DATABASE for finding in _run(check)]
    if not is_offline:
        found += [finding for check in OUTSIDE for finding in _run(check)]
    return found
