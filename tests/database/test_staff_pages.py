"""The staff's side in a browser: who gets in, who sees what, and what they can do."""

from tests.database.staff import hire, pay_with_trouble, sign_in
from tests.world import World


def test_every_page_opens(world: World) -> None:
    payment_id = pay_with_trouble(world)
    client = sign_in(hire("library_desk", "porvoo"))
    for path in (
        "/staff/",
        "/staff/work-list/",
        "/staff/search/",
        "/staff/sign-out/",
        f"/staff/payments/{payment_id}/",
        f"/staff/payments/{payment_id}/retry/",
        f"/staff/payments/{payment_id}/mark-registered/",
        f"/staff/payments/{payment_id}/refund/",
        f"/staff/payments/{payment_id}/mark-refunded/",
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "no-store" in answer.headers["Cache-Control"]
