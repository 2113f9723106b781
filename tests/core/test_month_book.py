"""The checksum of a month: the same for the same books, another for all others, and for all that follow."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from torget.payments.core.month_book import KindSum, MonthBook, book_from_content, canonical, checksum

ACCOUNTS = ("provider", "unregistered", "bank", "income:3100", "income:3300:255", "vat:255:3300", "owed_to:sipoo")
SUMS = st.lists(
    st.builds(
        KindSum,
        kind=st.sampled_from(("paid", "registered", "refunded", "payout")),
        account=st.sampled_from(ACCOUNTS),
        debit_cents=st.integers(0, 10**9),
        credit_cents=st.integers(0, 10**9),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda one: (one.kind, one.account),
)


def content_of(sums: list[KindSum], openings: dict[str, int]) -> dict[str, Any]:
    book = MonthBook(sums=sums, openings=openings)
    return {"sums": book.sums_as_data(), "accounts": book.accounts_as_data(), "names": {"sv": "Borgå"}}


@given(SUMS, st.dictionaries(st.sampled_from(ACCOUNTS), st.integers(-(10**9), 10**9)), st.randoms())
def test_the_same_books_give_the_same_bytes_however_they_were_read(
    sums: list[KindSum], openings: dict[str, int], order: Any
) -> None:
    written = canonical(content_of(sums, openings))
    shuffled = list(sums)
    order.shuffle(shuffled)
    assert canonical(content_of(shuffled, dict(reversed(openings.items())))) == written
    read = book_from_content(json.loads(written))
    assert canonical(content_of(list(read.sums), dict(read.openings))) == written


@given(st.lists(SUMS, min_size=2, max_size=5), st.data())
def test_one_cent_in_any_month_changes_its_checksum_and_all_that_follow(
    months: list[list[KindSum]], data: st.DataObject
) -> None:
    def chain(contents: list[str]) -> list[str]:
        found = [""]
        for content in contents:
            found.append(checksum(found[-1], content))
        return found[1:]

    contents = [canonical(content_of(sums, {})) for sums in months]
    place = data.draw(st.integers(0, len(months) - 1))
    first, *others = months[place]
    changed = KindSum(
        kind=first.kind, account=first.account, debit_cents=first.debit_cents + 1, credit_cents=first.credit_cents
    )
    other = [*contents[:place], canonical(content_of([changed, *others], {})), *contents[place + 1 :]]
    before, after = chain(contents), chain(other)
    assert before[:place] == after[:place]
    assert all(one != two for one, two in zip(before[place:], after[place:], strict=True))
