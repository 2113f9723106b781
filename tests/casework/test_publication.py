"""Decisions that everybody reads: persons by reference, and their names gone when the time for a review is over."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.casework.conftest import NOW
from tests.database.staff import browser
from torget.casework.cases.models import Case
from torget.casework.core.deadlines import NoticeChannel
from torget.casework.core.tokens import HIDDEN
from torget.casework.decisions.document import filled
from torget.casework.decisions.models import Decision
from torget.casework.decisions.prepare import prepare_case
from torget.casework.decisions.sign import sign_decision
from torget.casework.publication.expire import expire_next
from torget.casework.publication.models import Publication
from torget.casework.publication.publish import MayNotPublish, publish_decision
from torget.foundation.audit.models import AuditEntry
from torget.foundation.people.models import Employee

NAME = "Åsa Övre"


@pytest.fixture
def signed(case: Case, librarian: Employee) -> Decision:
    decision = prepare_case(case=case, actor="staff:1", at=NOW)
    return sign_decision(
        decision_id=decision.pk, version=decision.version, employee=librarian, channel=NoticeChannel.LETTER, at=NOW
    )


def page(decision: Decision) -> str:
    answer = browser().get(f"/decisions/porvoo/{decision.pk}/", headers={"accept-language": "sv"})
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_nobody_is_named_unless_it_is_needed(signed: Decision) -> None:
    assert browser().get(f"/decisions/porvoo/{signed.pk}/").status_code == 404
    publish_decision(decision_id=signed.pk, shows_names=False, actor="staff:1", at=NOW)
    assert NAME not in page(signed)
    assert HIDDEN in page(signed)
    assert "Keeping a book (sv)" in page(signed)
    listed = browser().get("/decisions/porvoo/").content.decode()
    assert f"/decisions/porvoo/{signed.pk}/" in listed
    assert NAME not in listed
    assert browser().get(f"/decisions/sipoo/{signed.pk}/").status_code == 404


def test_names_expire_by_a_job_that_proves_it(signed: Decision) -> None:
    publication = publish_decision(decision_id=signed.pk, shows_names=True, actor="staff:1", at=NOW)
    last_day = publication.personal_until
    assert last_day == signed.last_day_to_appeal
    assert expire_next(NOW) is None
    later = NOW + timedelta(days=(last_day - NOW.date()).days + 1)
    assert expire_next(later) == signed.pk
    assert expire_next(later) is None
    publication.refresh_from_db()
    assert publication.shown_tokens == []
    assert publication.proof is not None
    assert publication.proof["removed"] == ["party.1.name"]
    assert publication.proof["left_over"] == []
    assert publication.proof["before"] != publication.proof["after"]
    entry = AuditEntry.objects.get(action="expire personal data")
    assert entry.detail == publication.proof
    assert NAME not in page(signed)


def test_after_the_last_day_the_page_is_silent_even_if_the_job_stands_still(signed: Decision) -> None:
    publish_decision(decision_id=signed.pk, shows_names=True, actor="staff:1", at=NOW)
    Publication.objects.update(personal_until=NOW.date() - timedelta(days=3))
    assert NAME not in page(signed)


def test_no_published_row_holds_a_name(signed: Decision) -> None:
    """The text that is published holds references; the name stands in the sealed party and in no other column."""
    publish_decision(decision_id=signed.pk, shows_names=True, actor="staff:1", at=NOW)
    content = json.dumps(
        [
            {key: value for key, value in part.items() if key != "title"}
            for part in (signed.content or {"parts": []})["parts"]
        ],
        ensure_ascii=False,
    )
    assert NAME not in content
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(p)::text FROM publication_publication p")
        assert NAME not in cursor.fetchone()[0]


@pytest.mark.parametrize("why", ["secret", "one_language", "published", "draft"])
def test_what_is_not_published(signed: Decision, case: Case, why: str) -> None:
    decision_id = signed.pk
    if why == "secret":
        Case.objects.update(publicity=3)
    elif why == "published":
        publish_decision(decision_id=signed.pk, shows_names=False, actor="staff:1", at=NOW)
    elif why == "one_language":
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            Decision.objects.update(content={"parts": [{"language": "sv"}]})
            cursor.execute("SET session_replication_role = DEFAULT")
    else:
        decision_id = Decision.objects.create(
            case=case, decision_maker=signed.decision_maker, state="draft", outcome="", blocks=[],
            act_kind="decision", remedy="rectification", created_at=NOW,
        ).pk  # fmt: skip
    with pytest.raises(MayNotPublish, match=why):
        publish_decision(decision_id=decision_id, shows_names=False, actor="staff:1", at=NOW)


texts_with_tokens = st.lists(
    st.sampled_from(["{{party.1.name}}", "{{ party.2.name }}", "{{party.1.email}}", " bor här. ", "{{", "}}", "ÅÄÖ "])
).map("".join)


# On a busy machine the first draws are slow.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(texts_with_tokens, texts_with_tokens, st.sets(st.sampled_from(["party.1.name", "party.2.name"])))
def test_only_what_is_shown_is_ever_looked_up(title: str, text: str, shown: set[str]) -> None:
    tokens = {"party.1.name": "ANNAXA", "party.2.name": "BERTXB", "party.1.email": "anna@xc.fi"}
    part = {"title": "ANNAXA inside", "public_title": title, "sections": [{"paragraphs": [text]}]}
    told = json.dumps(filled({"parts": [part]}, tokens, shown=shown), ensure_ascii=False)
    for token, value in tokens.items():
        if token not in shown:
            told_public = told.replace("ANNAXA inside", "")
            assert value not in told_public
