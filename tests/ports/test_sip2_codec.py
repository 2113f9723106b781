"""SIP2 frames: round trips, checksums over bytes, and everything that servers do to a line end."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torget.connectors.library_systems.sip2.codec import (
    FIXED_LENGTHS,
    Checksum,
    MalformedFrame,
    Message,
    UnsendableText,
    checksum_of,
    decode,
    encode,
    sip_date,
)

ENCODINGS = ("utf-8", "latin-1", "cp850")
codes = st.sampled_from(["AA", "AE", "AF", "AV", "BK", "BV", "CQ", "PB", "Z1"])
latin_text = st.text("aA Z19.,-ÄÖåéß\xa0ÿAYZ0", max_size=12)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    command = draw(st.sampled_from(sorted(FIXED_LENGTHS)))
    width = FIXED_LENGTHS[command]
    fixed = draw(st.text(st.sampled_from("YN 0123456789"), min_size=width, max_size=width))
    fields = draw(st.lists(st.tuples(codes, latin_text), max_size=6).map(tuple))
    return Message(command=command, fixed=fixed, fields=fields, sequence=draw(st.integers(0, 9)))


@given(
    messages(),
    st.sampled_from(["utf-8", "latin-1"]),
    st.sampled_from([b"\r", b"\n", b"\r\n"]),
    st.sampled_from([b"", b"\n"]),
)
def test_what_is_encoded_is_read_back(message: Message, encoding: str, end: bytes, lead: bytes) -> None:
    received = decode(lead + encode(message, encoding=encoding, terminator=end), encoding=encoding)
    assert received.message == message
    assert received.checksum is Checksum.RIGHT
    assert received.is_ascii == all(value.isascii() for _, value in message.fields)


@given(messages(), st.sampled_from(ENCODINGS[:2]))
def test_a_frame_without_error_detection_reads_the_same(message: Message, encoding: str) -> None:
    frame = encode(message, encoding=encoding, terminator=b"\r", with_checksum=False)
    received = decode(frame, encoding=encoding)
    assert received.message.fields == message.fields
    assert received.message.sequence is None
    assert received.checksum is Checksum.ABSENT


@given(messages(), st.data())
def test_any_one_changed_byte_is_noticed(message: Message, data: st.DataObject) -> None:
    frame = bytearray(encode(message, encoding="utf-8", terminator=b""))
    position = data.draw(st.integers(2, len(frame) - 7))
    frame[position] = (frame[position] + data.draw(st.integers(1, 255))) % 256
    try:
        received = decode(bytes(frame), encoding="utf-8")
    except MalformedFrame:
        return
    assert received.checksum is not Checksum.RIGHT


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_by_name(data: bytes) -> None:
    try:
        received = decode(data, encoding="utf-8")
    except MalformedFrame:
        return
    assert len(received.message.fixed) == FIXED_LENGTHS[received.message.command]


@pytest.mark.parametrize(
    "frame",
    [b"9300CNterm1|COterm1|CPCPL|AY0AZF5F4", b"941AY0AZFDFD", b"9900802.00AY1AZFCA0", b"97AZFEF5", b"96AZFEF6"],
)
def test_observed_checksums_are_ours(frame: bytes) -> None:
    """From real conversations: with and without a sequence number."""
    assert checksum_of(frame[:-4]) == frame[-4:]
    assert decode(frame + b"\r", encoding="ascii").checksum is Checksum.RIGHT


def test_checksum_is_counted_over_the_bytes_of_the_encoding() -> None:
    message = Message(command="36", fixed="Y" + " " * 18, fields=(("AE", "Äiti Öhman"),), sequence=1)
    frames = {encoding: encode(message, encoding=encoding, terminator=b"") for encoding in ENCODINGS}
    assert len({frame[-4:] for frame in frames.values()}) == 3
    for encoding, frame in frames.items():
        assert sum(frame[:-4]) + int(frame[-4:], 16) & 0xFFFF == 0
        assert decode(frame, encoding=encoding).message == message


def test_wrong_encoding_reads_names_wrong_but_amounts_right() -> None:
    frame = encode(
        Message(command="36", fixed="Y" * 19, fields=(("AE", "Äiti"), ("BV", "20.40"))),
        encoding="latin-1",
        terminator=b"\r",
    )
    received = decode(frame, encoding="utf-8")
    assert received.checksum is Checksum.RIGHT
    assert received.message.get("AE") == "\N{REPLACEMENT CHARACTER}iti"
    assert received.message.get("BV") == "20.40"


def test_fields_may_come_in_any_order_repeated_empty_or_unclosed() -> None:
    head = b"36Y" + b" " * 18
    received = decode(head + b"AVone|AA1|AV|AVtwo|AE|AFend", encoding="ascii").message
    assert received.get_all("AV") == ("one", "", "two")
    assert (received.get("AE"), received.get("AF"), received.get("BK")) == ("", "end", None)


def test_a_separator_inside_a_value_does_not_make_a_message_unreadable() -> None:
    received = decode(b"36Y" + b" " * 18 + b"AFsee | also||1x|AA7|", encoding="ascii").message
    assert received.fields == (("AF", "see "), ("AA", "7"))


def test_a_value_that_looks_like_a_checksum_is_a_value() -> None:
    received = decode(b"36Y" + b" " * 18 + b"AA1|AFAY1AZ0000", encoding="ascii")
    assert received.checksum is Checksum.ABSENT
    assert received.message.get("AF") == "AY1AZ0000"


@pytest.mark.parametrize("frame", [b"", b"\r\n", b"3", b"38Y", b"HTTP/1.1 400", b"00", b"38Y2026\xc41124    1519440"])
def test_what_is_no_message_is_refused(frame: bytes) -> None:
    with pytest.raises(MalformedFrame):
        decode(frame, encoding="utf-8")


@pytest.mark.parametrize("value", ["1|BV0.01", "1\r", "1\n37", "\x00", "\x7f", "☃"])
def test_a_value_cannot_forge_a_field_or_a_message(value: str) -> None:
    with pytest.raises(UnsendableText):
        encode(Message(command="35", fixed=" " * 18, fields=(("AA", value),)), encoding="latin-1", terminator=b"\r")


def test_dates_are_local_with_four_blanks() -> None:
    assert sip_date(datetime(2026, 11, 24, 15, 19, 44)) == "20261124    151944"  # noqa: DTZ001 - local by the protocol
