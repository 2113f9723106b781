"""When somebody has been told, and until when they may ask for a review, around holidays."""

from datetime import date

import pytest

from torget.casework.core.acts import Remedy
from torget.casework.core.deadlines import NoticeChannel, deemed_received, last_day_to_appeal


@pytest.mark.parametrize(
    ("sent", "channel", "remedy", "last"),
    [
        # Midsummer Eve 2026 is Friday 19 June: the next office day is Monday.
        (date(2026, 5, 29), NoticeChannel.LETTER, Remedy.RECTIFICATION, date(2026, 6, 22)),
        (date(2026, 6, 2), NoticeChannel.ELECTRONIC, Remedy.RECTIFICATION, date(2026, 6, 22)),
        (date(2026, 6, 4), NoticeChannel.DESK, Remedy.RECTIFICATION, date(2026, 6, 18)),
        # New Year's Day 2027 is a Friday; Epiphany is Wednesday 6 January.
        (date(2026, 12, 11), NoticeChannel.LETTER, Remedy.RECTIFICATION, date(2027, 1, 4)),
        (date(2026, 12, 16), NoticeChannel.LETTER, Remedy.RECTIFICATION, date(2027, 1, 7)),
        # Christmas Eve 2026 is a Thursday: Christmas Day, Boxing Day on Saturday, and a Sunday follow.
        (date(2026, 12, 7), NoticeChannel.ELECTRONIC, Remedy.RECTIFICATION, date(2026, 12, 28)),
        (date(2026, 11, 24), NoticeChannel.LETTER, Remedy.APPEAL, date(2026, 12, 31)),
    ],
)
def test_the_last_day_is_an_office_day(sent: date, channel: NoticeChannel, remedy: Remedy, last: date) -> None:
    assert last_day_to_appeal(sent, channel, remedy) == last


def test_a_letter_of_new_years_eve_arrives_next_year() -> None:
    assert deemed_received(date(2026, 12, 31), NoticeChannel.LETTER) == date(2027, 1, 7)
    assert last_day_to_appeal(date(2026, 12, 31), NoticeChannel.LETTER, Remedy.NONE_PREPARATION) is None
