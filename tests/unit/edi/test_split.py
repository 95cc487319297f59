"""A file that is read piece by piece gives the messages that it gives as a whole, in memory that does not grow."""

import itertools
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from udf.edi import window
from udf.edi.interchange import InterchangeMessage
from udf.edi.split import InterchangeStream, split_interchange

SEEDS = sorted(path for path in (Path(__file__).parents[3] / "seeds" / "edi").rglob("*.edi"))
# What parts, starts, ends or releases something; between two of these, pieces and portions may end anywhere.
SPLINTERS = (
    "UNA:+.? '", "UNB+UNOC:3+S:14+R:14+260105:0559+77'", "UNG+SLSRPT+S+R+260105:0559+1+UN'", "UNH+1+SLSRPT:D:96A:UN'",
    "BGM+73E+1+9'", "QTY+153:2'", "UNT+3+1'", "UNE+1+1'", "UNZ+1+77'", "UNZ+2+77'",
    "ISA*00*          *00*          *ZZ*S              *ZZ*R              *260715*1200*U*00401*000000041*0*P*>~",
    "GS*PD*S*R*20260715*1200*41*X*004010~", "ST*852*0001~", "XQ*H*20260104~", "SE*3*0001~",
    "GE*1*41~", "GE*2*42~", "IEA*1*000000041~", "?", "'", "~", "\n", "\r\n", " ",
    "\0", "é", "€", "rubbish", "UN", "ST*", "STX=", " " * 300, "'" * 300, "?" * 301,
)  # fmt: skip
FILES = st.lists(st.sampled_from(SPLINTERS), max_size=40).map("".join)


def stream(
    data: bytes, piece_size: int, portion_size: int | None
) -> tuple[InterchangeStream, list[InterchangeMessage]]:
    """The file's messages as the stream gives them, with what is amended later."""

    def read() -> Iterator[bytes]:
        return (data[start : start + piece_size] for start in range(0, len(data), piece_size))

    found = InterchangeStream(read, portion_size)
    messages: list[InterchangeMessage] = []
    for portion in found.portions():
        messages += portion.messages
        for amendment in portion.amendments:
            for message in messages[amendment.first - 1 : amendment.last]:
                message.problems[:0] = amendment.problems
    return found, messages


def assert_same(data: bytes, piece_size: int, portion_size: int | None) -> None:
    whole = split_interchange(data)
    found, messages = stream(data, piece_size, portion_size)
    assert messages == whole.messages
    assert (found.problems.listed(), found.encoding.name, found.encoding.source, found.count) == (
        whole.problems, whole.encoding, whole.encoding_source, len(whole.messages)
    )  # fmt: skip


@pytest.mark.parametrize(("piece_size", "portion_size"), [(1, 2000), (7, None), (256, 1)])
@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_pieces_of_any_size_give_the_same_messages(path: Path, piece_size: int, portion_size: int | None) -> None:
    assert_same(path.read_bytes(), piece_size, portion_size)


@given(FILES, st.sampled_from(["utf-8", "latin-1", "cp1252", "utf-16"]), st.integers(1, 700), st.integers(1, 300))
def test_damage_reads_the_same_in_pieces(text: str, encoding: str, piece_size: int, portion_size: int) -> None:
    assert_same(text.encode(encoding, "replace"), piece_size, portion_size)


@given(st.binary(max_size=300), st.integers(1, 50))
def test_any_bytes_read_the_same_in_pieces(data: bytes, piece_size: int) -> None:
    assert_same(data, piece_size, 1)


def test_what_comes_to_light_at_the_end_is_amended_for_the_messages_given_before() -> None:
    message = b"UNH+1+SLSRPT:D:96A:UN'BGM+73E+1+9'UNT+3+1'"
    data = b"UNB+UNOC:3+S:14+R:14+260105:0559+77'" + 3 * message + b"UNZ+9+77'"
    given_before = InterchangeStream(lambda: [data], portion_size=1)
    portions = list(given_before.portions())
    assert [len(portion.messages) for portion in portions] == [1, 1, 1, 0]
    (amendment,) = portions[-1].amendments
    assert (amendment.first, amendment.last) == (1, 3)
    assert [problem.code for problem in amendment.problems] == ["unz-count-mismatch"]


def test_a_message_that_is_too_large_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("udf.edi.split.MOST_HELD", 10_000)
    monkeypatch.setattr(window, "MOST_HELD", 10_000)
    monkeypatch.setattr(window, "BEGINNING_LENGTH", 100)
    large = b"UNH+1+SLSRPT:D:96A:UN'" + b"QTY+153:2'" * 2000 + b"UNT+2002+1'"
    small = b"UNH+2+SLSRPT:D:96A:UN'BGM+73E+1+9'UNT+3+2'"
    for piece_size in (333, 1 << 20):
        _, messages = stream(large + small, piece_size, None)
        assert [problem.code for problem in messages[0].problems] == ["no-envelope", "message-too-large"]
        assert messages[0].text == large[:100].decode()
        assert messages[1].text == small.decode()


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"UNB+UNOC:3+S:14+R:14+260105:0559+77'", b"UNH+1+SLSRPT:D:96A:UN'" + b"QTY+153:2'" * 50 + b"UNT+52+1'"),
        (b"", b"rubbish, and nothing else\n" * 10),
        (b"UNH+1+SLSRPT:D:96A:UN'", b"QTY+153:2'" * 30),
        (b"GS*PD*S*R*20260715*1200*41*X*004010~", b"no message to be seen " * 10),
    ],
    ids=["messages", "rubbish", "one message", "a group without messages"],
)  # fmt: skip
def test_memory_does_not_grow_with_the_file(head: bytes, body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("udf.edi.split.MOST_HELD", 200_000)
    monkeypatch.setattr(window, "MOST_HELD", 200_000)

    def peak_of(pieces: int) -> int:
        def read() -> Iterator[bytes]:
            yield head
            yield from itertools.repeat(body * (20_000 // len(body)), pieces)

        tracemalloc.start()
        try:
            assert sum(1 for _ in InterchangeStream(read, portion_size=20_000).portions()) > 0
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak_of(1)  # what is made once stays
    assert peak_of(100) < 1.2 * peak_of(20)
