"""`python -m benchmarks [name …]`: run the benchmarks of payments, or those named."""

import subprocess
import sys

PAYMENTS = ("complete_payments", "fee_page", "memory", "history", "reconcile_at_size", "close_month", "matters")
"""In this order by default; the DMN ones (dmn_speed, dmn_differential) are named, because they install their peers."""


def main() -> int:
    worst = 0
    for name in sys.argv[1:] or PAYMENTS:
        print(f"── {name}", flush=True)
        worst = max(worst, subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())
