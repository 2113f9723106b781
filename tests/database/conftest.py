from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from tests.database.guided import CARD
from tests.database.guided import Path as GuidedPath
from tests.database.staff import hire, sign_in
from tests.mail_out import KeptMail, mail_server
from tests.world import World, make_fee, make_patron, running_world
from torget.foundation.notify.send_once import _build
from torget.sandbox.population import SandboxPopulation
from torget.sandbox.server import serving
from torget.sandbox.sms import SandboxSms
from torget.sandbox.sms.app import TOKEN


@pytest.fixture
def world(committed_db: None) -> Iterator[World]:
    with running_world() as running:
        yield running


@pytest.fixture
def settlement_folder(tmp_path: Path) -> Iterator[Path]:
    """Where files of providers and banks are kept for the time of a test."""
    before, settings.SETTLEMENT_FOLDER = settings.SETTLEMENT_FOLDER, str(tmp_path)
    yield tmp_path
    settings.SETTLEMENT_FOLDER = before


@pytest.fixture
def mail(world: World) -> Iterator[KeptMail]:
    with mail_server() as kept:
        yield kept


@pytest.fixture
def sms(world: World) -> Iterator[SandboxSms]:
    sandbox = SandboxSms()
    _build.cache_clear()
    with serving(sandbox) as url:
        gateway = {
            "BACKEND": "torget.connectors.sms_gateways.gatewayapi.gateway.GatewayApi",
            "OPTIONS": {"url": url, "token": TOKEN, "sender": "Biblioteket"},
        }
        with override_settings(SMS_GATEWAY=gateway):
            yield sandbox
    _build.cache_clear()
    sandbox.close()


@pytest.fixture
def path(world: World) -> GuidedPath:
    patron = make_patron(77, make_fee(771, 250, "KAU/PK"), card_number=CARD, home_branch="KAU/PK")
    world.koha.load(SandboxPopulation(patrons=(patron,), items=(), branches={"KAU/PK": "Kauniaisten kirjasto"}))
    return GuidedPath(sign_in(hire("coordinator", "porvoo")))
