"""`python -m torget.sandbox.clamav HOME`: Debian's clamd on a socket below HOME; its only virus is the EICAR test file.

It protects nobody: it shows what happens to files that a scanner passes or finds, without signatures being fetched.
"""

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

CLAMD = Path("/usr/sbin/clamd")
SOCKET_LENGTH_MAX = 107
"""The path of a Unix socket can be no longer."""
# In two pieces, so that this file itself is not taken for the test virus.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def socket_of(home: Path) -> Path:
    return home / "clamd.ctl"


def can_run(home: Path) -> bool:
    return CLAMD.exists() and len(str(socket_of(home))) <= SOCKET_LENGTH_MAX


def configure(home: Path) -> Path:
    """Write the signatures and the configuration; the path of the latter."""
    signatures = home / "signatures"
    signatures.mkdir(parents=True, exist_ok=True)
    digest = hashlib.md5(EICAR, usedforsecurity=False).hexdigest()
    (signatures / "torget.hdb").write_text(f"{digest}:{len(EICAR)}:Torget.Test.Eicar\n")
    # The database beside it knows the bytes anywhere in any file.
    (signatures / "torget.ndb").write_text(f"Torget.Test.EicarInside:0:*:{EICAR.hex()}\n")
    lines = [
        f"LocalSocket {socket_of(home)}",
        f"DatabaseDirectory {signatures}",
        f"TemporaryDirectory {home}",
        f"LogFile {home / 'clamd.log'}",
        "FixStaleSocket yes",
        "AlertExceedsMax yes",
        "Foreground yes",
        *(["User root"] if os.geteuid() == 0 else []),
    ]
    file = home / "clamd.conf"
    file.write_text("\n".join(lines) + "\n")
    return file


def main() -> None:
    """Run until told to stop. A daemon that ends by itself leaves files waiting, as a real one would."""
    daemon = subprocess.Popen([CLAMD, "--foreground", f"--config-file={configure(Path(sys.argv[1]))}"])

    def stop(*_: object) -> None:
        daemon.terminate()
        sys.exit(daemon.wait())

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    sys.stdout.write(f"clamd ended with code {daemon.wait()}\n")
    sys.stdout.flush()
    signal.pause()


if __name__ == "__main__":
    main()
