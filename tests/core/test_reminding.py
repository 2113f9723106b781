"""When messages may go out, and the table of a reminder's life."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from torget.foundation.core.business_days import HELSINKI, easter_sunday, holidays
from torget.foundation.core.messages import phone_number
from torget.payments.core.reminding import STEPS, Channel, HeldBack, ReminderState, SendingHours, choose_channel

HOURS = st.tuples(st.integers(8, 19), st.integers(9, 20)).filter(lambda pair: pair[0] < pair[1])


def _around(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 17, 59, tzinfo=HELSINKI)


@given(
    moment=st.datetimes(datetime(2024, 1, 1), datetime(2031, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    hours=HOURS,
)
@example(moment=_around(2027, 6, 24), hours=(9, 18))  # the evening before Midsummer Eve
@example(moment=_around(2027, 6, 26), hours=(9, 18))  # Midsummer Day
@example(moment=_around(2026, 12, 23), hours=(9, 18))
@example(moment=_around(2026, 12, 31), hours=(9, 12))
@example(moment=datetime(2027, 3, 28, 0, 30, tzinfo=UTC), hours=(8, 20))  # the clock goes forward
@example(moment=datetime(2026, 10, 25, 0, 30, tzinfo=UTC), hours=(8, 20))  # and back
def test_a_message_waits_for_the_next_open_hour_and_no_longer(moment: datetime, hours: tuple[int, int]) -> None:
    sending = SendingHours(opens=hours[0], closes=hours[1])
    opens = sending.next_open(moment)
    assert opens >= moment
    assert sending.is_open(opens)
    local = opens.astimezone(HELSINKI)
    assert local.weekday() != 6
    assert local.date() not in holidays(local.year)
    assert hours[0] <= local.hour < hours[1]
    if opens == moment:
        return
    assert not sending.is_open(moment)
    assert not sending.is_open(opens - timedelta(seconds=1))
    # No open moment was passed by; the longest wait is over Christmas and New Year's Sundays.
    assert opens - moment < timedelta(days=5, hours=12)
    step = moment
    while step < opens:
        assert not sending.is_open(step)
        step += timedelta(minutes=37)


def test_midsummer_and_new_year_by_the_calendar() -> None:
    sending = SendingHours()
    thursday_evening = datetime(2027, 6, 24, 18, 0, tzinfo=HELSINKI)
    # Friday is Midsummer Eve, Saturday Midsummer Day, and then comes Sunday.
    assert sending.next_open(thursday_evening) == datetime(2027, 6, 28, 9, 0, tzinfo=HELSINKI)
    assert sending.is_open(datetime(2026, 12, 31, 17, 59, tzinfo=HELSINKI))
    assert sending.next_open(datetime(2026, 12, 31, 18, 0, tzinfo=HELSINKI)) == datetime(
        2027, 1, 2, 9, 0, tzinfo=HELSINKI
    )
    for year in range(2024, 2040):
        good_friday = easter_sunday(year) - timedelta(days=2)
        assert not sending.is_open(datetime(year, good_friday.month, good_friday.day, 12, tzinfo=HELSINKI))
        assert date(year, 12, 24) in holidays(year)


def test_every_step_leads_somewhere_and_ends_end() -> None:
    reached = set(STEPS.values())
    assert reached | {ReminderState.PLANNED} == set(ReminderState)
    assert not [step for (state, step) in STEPS if state is ReminderState.HELD]
    # From 'sending' nothing leads back but the certain knowledge that nothing left.
    back = [step for (state, step), after in STEPS.items() if (state, after) == ("sending", "planned")]
    assert back == ["not_sent"]


def test_the_first_way_that_leads_somewhere() -> None:
    both = {Channel.EMAIL: "a@example.fi", Channel.SMS: "358401234567"}
    order = (Channel.EMAIL, Channel.SMS)
    assert choose_channel(channels=order, addresses=both, undeliverable=set()) is Channel.EMAIL
    assert choose_channel(channels=order, addresses=both, undeliverable={Channel.EMAIL}) is Channel.SMS
    assert choose_channel(channels=order[:1], addresses=both, undeliverable={Channel.EMAIL}) is HeldBack.UNDELIVERABLE
    assert (
        choose_channel(channels=order[1:], addresses={Channel.EMAIL: "x"}, undeliverable=set()) is HeldBack.NO_ADDRESS
    )


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("040 123 4567", "358401234567"),
        ("+358 (0)40-1234567", "358401234567"),
        ("+358 40 1234567", "358401234567"),
        ("00358401234567", "358401234567"),
        ("+46 70 123 45 67", "46701234567"),
        ("", ""),
        ("se kortet", ""),
        ("040", ""),
    ],
)
def test_numbers_as_people_write_them(written: str, number: str) -> None:
    assert phone_number(written) == number
