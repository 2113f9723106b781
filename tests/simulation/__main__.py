"""`python -m tests.simulation --weeks 10 --seed 1`: print what each week came to; a failing seed replays alone."""

import argparse
import logging
import os
import sys
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--weeks", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1, help="of the first week")
    parser.add_argument(
        "--over",
        choices=["koha", "koha-suomi", "mikromarc", "folio", "sip2"],
        help="one library system only; else the seeds alternate",
    )
    wishes = parser.parse_args()

    from torget.config.embedded_postgres import EmbeddedPostgres

    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        postgres = EmbeddedPostgres(Path(folder) / "data", {"fsync": "off", "synchronous_commit": "off"})
        postgres.start()
        os.environ["DATABASE_URL"] = postgres.url(user="torget")
        os.environ["TORGET_CREDENTIAL_KEYS"] = Fernet.generate_key().decode()
        os.environ["DJANGO_SETTINGS_MODULE"] = "torget.config.settings"
        try:
            return _run(wishes.seed, wishes.weeks, wishes.over)
        finally:
            postgres.stop()


def _run(first_seed: int, weeks: int, over: str | None) -> int:
    import django

    django.setup()
    logging.disable(logging.ERROR)
    from django.core.management import call_command

    from tests.simulation.run import run_week

    call_command("migrate", verbosity=0)
    failed = 0
    for seed in range(first_seed, first_seed + weeks):
        report = run_week(seed, over)
        print(f"seed {seed} over {report.over}: {report.crashes} crashes, {report.states}", flush=True)
        for fault in report.faults:
            failed += 1
            print(f"  FAULT seed {seed}: rule {fault.rule}: {fault.about}", flush=True)
        for finding in report.broken:
            failed += 1
            print(f"  BROKEN seed {seed}: {finding}", flush=True)
    print(f"{weeks} weeks, {failed} faults")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
