"""Porvoo with an office that decides on fees, between the sandboxes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.world import START, World, running_world
from torget.casework.cases.models import RecordClass
from torget.casework.core.procedure import all_procedures
from torget.casework.decisions.models import DecisionMaker, OfficeHolder, Power
from torget.casework.decisions.prepare import publish_model
from torget.casework.decisions.seal import make_test_seal
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Employee


@pytest.fixture
def world(committed_db: None) -> Iterator[World]:
    with running_world() as running:
        yield running


@pytest.fixture(scope="session")
def seal_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seal")
    make_test_seal(folder, "Porvoo (test)")
    return folder


@pytest.fixture
def librarian(world: World, seal_folder: Path) -> Employee:
    settings.SEAL_KEY, settings.SEAL_CERTIFICATE = str(seal_folder / "seal-key.pem"), str(seal_folder / "seal.pem")
    settings.SEAL_CHAIN = [str(seal_folder / "authority.pem")]
    name = {"sv": "Biblioteksärenden", "fi": "Kirjastoasiat", "en": "Library matters"}
    RecordClass.objects.create(
        code="12.03.01", names=name, publicity=1, retention_years=6, retention_basis="Asian lopullinen ratkaisu"
    )
    maker = DecisionMaker.objects.create(
        municipality=Municipality.objects.get(slug="porvoo"),
        code="librarian",
        titles={"sv": "Bibliotekschefen", "fi": "Kirjastonjohtaja", "en": "Head of the library"},
        organ_above={"sv": "bildningsnämnden", "fi": "sivistyslautakunta", "en": "the education board"},
        contact_name="Kirjasto",
        contact_email="library@porvoo.example.fi",
        contact_phone="+358 19 000 001",
    )
    employee = Employee.objects.create(username="maija", email="maija@porvoo.example.fi", full_name="Maija Mallikas")
    OfficeHolder.objects.create(decision_maker=maker, employee=employee, since=START.date())
    basis = {"sv": "Förvaltningsstadgan 24 §", "fi": "Hallintosääntö 24 §", "en": "Rules of procedure, section 24"}
    for procedure in all_procedures():
        Power.objects.create(decision_maker=maker, procedure=procedure.slug, limit_cents=5000, basis=basis)
        if procedure.model_xml is not None:
            publish_model(procedure=procedure.slug, xml=procedure.model_xml, at=START)
    return employee
