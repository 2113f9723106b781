"""Debian's dovecot with one mailbox of its own, on a free port, as an ordinary process of this user."""

import getpass
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from torget.connectors.mailboxes.imap.mailbox import ImapMailbox

USER, PASSWORD = "service", "for-tests-only"
READY_SECONDS_MAX = 30


@dataclass
class MailServer:
    port: int
    maildir: Path
    _delivered: int = 0

    def deliver(self, content: bytes) -> None:
        """As a mail server would: into tmp, then by a rename into new."""
        self._delivered += 1
        name = f"{time.time_ns()}.{self._delivered}.tests"
        (self.maildir / "tmp" / name).write_bytes(content)
        if os.geteuid() == 0:
            owner = self.maildir.stat()
            os.chown(self.maildir / "tmp" / name, owner.st_uid, owner.st_gid)
        (self.maildir / "tmp" / name).rename(self.maildir / "new" / name)

    def empty(self) -> None:
        """What an earlier test left in the mailbox is no other test's."""
        with imaplib.IMAP4("127.0.0.1", self.port) as box:
            box.login(USER, PASSWORD)
            _answer, (count,) = box.select()
            if int(count or 0):
                box.store("1:*", "+FLAGS", r"\Deleted")
                box.expunge()

    def mailbox(self, **more: str) -> ImapMailbox:
        options = {"username": USER, "password": PASSWORD, "security": "plain", **more}
        return ImapMailbox(host="127.0.0.1", port=self.port, **options)

    @property
    def options(self) -> dict[str, object]:
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "username": USER,
            "password": PASSWORD,
            "security": "plain",
        }


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _mail_owner() -> tuple[int, int]:
    """Dovecot lets nobody read mail as root, so the tests of a root user keep it as Debian's `mail`."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    found = pwd.getpwnam("mail")
    return found.pw_uid, found.pw_gid


def _configuration(home: Path, port: int) -> str:
    user = getpass.getuser()
    uid, gid = _mail_owner()
    return f"""
protocols = imap
listen = 127.0.0.1
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
default_login_user = {user if os.geteuid() else "dovenull"}
default_internal_user = {user if os.geteuid() else "dovecot"}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{home}/Maildir
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


@contextmanager
def running_dovecot(home: Path) -> Iterator[MailServer]:
    server = MailServer(port=free_port(), maildir=home / "Maildir")
    for part in ("cur", "new", "tmp"):
        (server.maildir / part).mkdir(parents=True)
    for folder in (home, server.maildir, *server.maildir.iterdir()):
        os.chown(folder, *_mail_owner())
    (home / "dovecot.conf").write_text(_configuration(home, server.port))
    # The helpers of dovecot run as users of their own and must reach the sockets.
    for folder in (home, *home.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    process = subprocess.Popen(
        ["/usr/sbin/dovecot", "-F", "-c", str(home / "dovecot.conf")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait(server, process, home)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=20)
        shutil.rmtree(home, ignore_errors=True)


def _wait(server: MailServer, process: "subprocess.Popen[bytes]", home: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS_MAX
    while time.monotonic() < deadline:
        log = home / "dovecot.log"
        assert process.poll() is None, log.read_text() if log.exists() else "dovecot ended"
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=1) as asked:
                if asked.recv(4) == b"* OK":
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError((home / "dovecot.log").read_text())
