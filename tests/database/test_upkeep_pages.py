"""The pages on how the service itself is kept: who sees them, and what they tell."""

from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.database.staff import hire, sign_in
from tests.world import World
from torget.foundation.audit.models import AuditEntry
from torget.foundation.retention.run import carry_out
from torget.foundation.retention.tasks import count_for_page, run_retention

RETENTION = "/staff/upkeep/retention/"


def test_operators_and_coordinators_see_the_policy_and_the_others_do_not(world: World) -> None:
    for kind, slug, status in (
        ("operator", None, 200),
        ("coordinator", "porvoo", 200),
        ("library_desk", "porvoo", 404),
    ):
        assert sign_in(hire(kind, slug)).get(RETENTION).status_code == status
    assert AuditEntry.objects.get(action="view upkeep refused").subject == "page:staff-retention"


def test_the_page_tells_what_was_done_and_what_will_be(world: World) -> None:
    client = sign_in(hire("operator"))
    empty = client.get(RETENTION).content.decode()
    assert "There has been none yet" in empty
    assert "Accounting Act 1336/1997" in empty
    carry_out(at=timezone.now(), actor="worker")
    answer = client.post(f"{RETENTION}count/", follow=True)
    assert "The rows are being counted." in answer.content.decode()
    job = ProcrastinateJob.objects.get(task_name=count_for_page.name)
    count_for_page(**job.args)
    page = client.get(RETENTION).content.decode()
    assert "There has been none yet" not in page
    assert "Not counted yet" not in page


def test_the_nightly_task_runs_and_counts_for_the_next_night(world: World) -> None:
    run_retention(timestamp=0)
    page = sign_in(hire("operator", language="sv")).get(RETENTION).content.decode()
    assert "Not counted yet" not in page
