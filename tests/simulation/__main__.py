"""`python -m tests.simulation --weeks 10 --seed 1`: print what each week came to; a failing seed replays alone."""

import argparse
import logging
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet

if TYPE_CHECKING:
    from tests.simulation.auditor import Fault
    from torget.payments.invariants.check import Finding


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--weeks", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1, help="of the first week")
    parser.add_argument(
        "--over",
        choices=["koha", "koha-suomi", "mikromarc", "folio", "sip2"],
        help="one library system only; else the seeds alternate",
    )
    parser.add_argument("--of", choices=["payments", "disputes"], help="one kind of week only; else both for each seed")
    wishes = parser.parse_args()

    from torget.config.embedded_postgres import EmbeddedPostgres

    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        postgres = EmbeddedPostgres(Path(folder) / "data", {"fsync": "off", "synchronous_commit": "off"})
        postgres.start()
        os.environ["DATABASE_URL"] = postgres.url(user="torget")
        os.environ["TORGET_CREDENTIAL_KEYS"] = Fernet.generate_key().decode()
        _make_seal(Path(folder) / "seal")
        os.environ["DJANGO_SETTINGS_MODULE"] = "torget.config.settings"
        try:
            return _run(wishes.seed, wishes.weeks, wishes.over, wishes.of)
        finally:
            postgres.stop()


def _make_seal(folder: Path) -> None:
    from torget.casework.decisions.seal import make_test_seal

    make_test_seal(folder, "Porvoo (test)")
    os.environ["TORGET_SEAL_KEY"], os.environ["TORGET_SEAL_CERTIFICATE"] = (
        str(folder / "seal-key.pem"),
        str(folder / "seal.pem"),
    )
    os.environ["TORGET_SEAL_CHAIN"] = str(folder / "authority.pem")


def _run(first_seed: int, weeks: int, over: str | None, kind: str | None) -> int:
    import django

    django.setup()
    logging.disable(logging.ERROR)
    from django.core.management import call_command

    from tests.simulation.disputes import run_dispute_week
    from tests.simulation.run import run_week

    call_command("migrate", verbosity=0)
    failed = 0
    for seed in range(first_seed, first_seed + weeks):
        if kind != "disputes":
            paid = run_week(seed, over)
            print(f"seed {seed} over {paid.over}: {paid.crashes} crashes, {paid.failover}, {paid.states}", flush=True)
            failed += _tell(seed, paid.faults, paid.broken)
        if kind != "payments":
            disputed = run_dispute_week(seed, over)
            told = f"{disputed.crashes} crashes, {disputed.counts}"
            print(f"seed {seed} of disputes over {disputed.over}: {told}", flush=True)
            failed += _tell(seed, disputed.faults, disputed.broken)
    print(f"{weeks} weeks, {failed} faults")
    return 1 if failed else 0


def _tell(seed: int, faults: Sequence["Fault"], broken: Sequence["Finding"]) -> int:
    for fault in faults:
        print(f"  FAULT seed {seed}: rule {fault.rule}: {fault.about}", flush=True)
    for finding in broken:
        print(f"  BROKEN seed {seed}: {finding}", flush=True)
    return len(faults) + len(broken)


if __name__ == "__main__":
    sys.exit(main())
