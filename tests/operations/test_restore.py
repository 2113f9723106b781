"""The rehearsal: base backup and archived log, a disaster, and back to a moment between two payments.

What is proved: the books hold at that moment; what the library system and the provider have been told since is found
out, not told again; no number is given out twice.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from tests.world import World, make_fee, make_patron, running_world
from torget.config.embedded_postgres import EmbeddedPostgres
from torget.payments.checkout.after_restore import settle_after_restore
from torget.payments.checkout.load import NoSuchPayment
from torget.payments.checkout.models import Payment, Refund, RegistrationAttempt
from torget.payments.core.checkout import State
from torget.payments.invariants.check import find_violations
from torget.sandbox.paytrail.books import books

DURABLE = {"max_connections": "30", "wal_level": "replica", "archive_mode": "on", "max_wal_senders": "4"}


@contextmanager
def talking_to(server: EmbeddedPostgres, blocker: DjangoDbBlocker) -> Iterator[None]:
    """Django over another server, and back to its own."""
    settings = connections["default"].settings_dict
    kept = {name: settings[name] for name in ("HOST", "USER", "NAME")}
    with blocker.unblock():
        connections.close_all()
        settings.update(HOST=str(server.socket_folder), USER="torget", NAME="torget")
        try:
            yield
        finally:
            connections.close_all()
            settings.update(kept)


def _one(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def _pay(world: World, patron_id: int, *, until: str) -> int:
    patron = make_patron(patron_id, make_fee(patron_id * 10, 115 * patron_id))
    world.add(patron)
    (payment_id,) = world.start(patron).payment_ids
    if until == "opened":
        world.open(payment_id)
        return payment_id
    url = world.at_provider(payment_id, "pay")
    assert url is not None
    world.come_back(url)
    if until == "registered":
        world.work()
    return payment_id


def _broken() -> list[str]:
    return [finding.rule for finding in find_violations()[0] if finding.violations]


def _states() -> dict[int, State]:
    return {pk: State(state) for pk, state in Payment.objects.values_list("id", "state")}


class Rehearsal:
    """Two servers in one folder: what ran, and what is made of its backup and its log."""

    def __init__(self, folder: Path) -> None:
        self.archive, self.base = folder / "archive", folder / "base"
        self.first = EmbeddedPostgres(folder / "first", {**DURABLE, "archive_command": f"cp %p {self.archive}/%f"})
        self.first._own(self.archive)
        self.first._own(self.base)
        self.second: EmbeddedPostgres | None = None

    def back_up(self) -> None:
        where = ("-h", str(self.first.socket_folder), "-U", "torget")
        done = self.first._run("pg_basebackup", *where, "-D", str(self.base), "-X", "none", "-c", "fast")
        assert done.returncode == 0, done.stdout

    def lose_everything_but_the_archive(self) -> None:
        _one("SELECT pg_switch_wal()::text")
        wanted = str(_one("SELECT last_archived_wal FROM pg_stat_archiver"))
        for _ in range(100):
            if str(_one("SELECT last_archived_wal FROM pg_stat_archiver")) > wanted:
                break
            time.sleep(0.1)
        connections.close_all()
        self.first._run("pg_ctl", "-D", str(self.first.data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.first.data)

    def restore_to(self, moment: datetime, folder: Path) -> EmbeddedPostgres:
        server = EmbeddedPostgres(folder / "second", {"max_connections": "30", "wal_level": "replica"})
        server._own(server.data)
        server._run("pg_ctl", "--version")
        shutil.copytree(self.base, server.data, dirs_exist_ok=True)
        with (server.data / "postgresql.auto.conf").open("a") as file:
            file.write(
                f"restore_command = 'cp {self.archive}/%f %p'\n"
                f"recovery_target_time = '{moment.isoformat()}'\n"
                "recovery_target_action = 'promote'\n"
            )
        (server.data / "recovery.signal").touch()
        if server.user:
            for path in [server.data, *server.data.rglob("*")]:
                shutil.chown(path, server.user.pw_uid, server.user.pw_gid)
        server.data.chmod(0o700)
        server.start()
        self.second = server
        return server

    def end(self) -> None:
        for server in (self.first, self.second):
            if server is not None:
                if server.is_running():
                    server.stop()
                server.remove()
        shutil.rmtree(self.archive, ignore_errors=True)
        shutil.rmtree(self.base, ignore_errors=True)


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rehearsal]:
    # The server's own user must get in, however many folders the test runner puts around ours.
    for folder in (tmp_path, *tmp_path.parents):
        if folder == Path(tempfile.gettempdir()):
            break
        folder.chmod(0o755)
    made = Rehearsal(tmp_path)
    yield made
    made.end()


def _wait_until_promoted() -> None:
    for _ in range(200):
        if not _one("SELECT pg_is_in_recovery()"):
            return
        time.sleep(0.1)
    raise AssertionError("the recovery does not end")


def test_back_to_a_moment_between_two_payments(
    rehearsal: Rehearsal, tmp_path: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    rehearsal.first.start()
    with talking_to(rehearsal.first, django_db_blocker):
        call_command("migrate", verbosity=0)
        with running_world() as world:
            rehearsal.back_up()
            done = _pay(world, 1, until="registered")
            paid, opened = _pay(world, 2, until="paid"), _pay(world, 3, until="opened")
            moment = _one("SELECT clock_timestamp()")
            assert isinstance(moment, datetime)
            time.sleep(0.5)

            # What the restored database will not know.
            world.work()
            url = world.at_provider(opened, "pay")
            assert url is not None
            world.come_back(url)
            lost = _pay(world, 4, until="paid")
            world.work()
            assert set(_states().values()) == {State.REGISTERED}
            lost_token = UUID(str(Payment.objects.get(id=lost).token))
            told, given_out = world.credits(), set(Payment.objects.values_list("reference", flat=True))
            assert len(told) == 4
            rehearsal.lose_everything_but_the_archive()

            second = rehearsal.restore_to(moment, tmp_path)
            with talking_to(second, django_db_blocker):
                _wait_until_promoted()
                assert _states() == {done: State.REGISTERED, paid: State.PAID, opened: State.OPEN}
                assert _broken() == []
                found = settle_after_restore(restored_to=moment, at=world.now, actor="operator")
                assert (found.asked, found.found_paid, found.in_doubt, found.not_answered) == (1, 1, 2, [])
                world.wait(minutes=5)
                with pytest.raises(NoSuchPayment, match=str(lost_token)):
                    world.deliver_due()
                world.work()
                assert set(_states().values()) == {State.REGISTERED}
                assert world.credits() == told, "nothing was told to the library system again"
                assert not Refund.objects.exists()
                assert not any(one["refunds"] for one in books(world.paytrail.state)["payments"])
                outcomes = RegistrationAttempt.objects.filter(payment_id__in=[paid, opened])
                assert set(outcomes.values_list("outcome", flat=True)) == {"found"}
                again = _pay(world, 5, until="registered")
                assert again > lost
                assert not {Payment.objects.get(id=again).reference} & given_out
                assert _broken() == []
