"""The guided path where the cooperation runs another library system than Koha: what it finds, and what it cannot."""

from tests.database.guided import CARD, Path
from tests.database.staff import hire, sign_in
from tests.libraries import FolioSide, MikromarcSide
from tests.world import make_fee, make_patron, running_world


def test_folio_names_its_owners_and_kinds_and_the_cards_show_what_occurs(committed_db: None) -> None:
    with running_world(FolioSide()) as world:
        world.add(make_patron(777, make_fee(71, 250, "PRV/PK"), card_number=CARD))
        path = Path(sign_in(hire("operator")))
        path.post("look/", {"back": "fee_types", "cards": CARD})
        seen = path.draft.seen
        assert "PRV/PK" in seen["branches"]
        assert "OVERDUE" in seen["kinds"]
        assert (seen["fee_kinds"], seen["fee_branches"]) == ({"OVERDUE": 1}, {"PRV/PK": 1})


def test_mikromarc_tells_nothing_of_a_card_and_the_page_says_so(committed_db: None) -> None:
    with running_world(MikromarcSide()):
        path = Path(sign_in(hire("operator")))
        path.post("look/", {"back": "fee_types", "cards": CARD})
        page = path.client.get(path.page("fee-types/")).content.decode()
        assert "tells nothing of a card without its PIN. Type in what it uses." in page
        assert path.draft.seen == {}
