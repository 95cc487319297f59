"""Segments give their values unescaped, and say where each stands."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.interchanges import SLSRPT, elements
from udf.edi.delimiters import Delimiters, find_delimiters, unescape
from udf.edi.reader import read_segments
from udf.edi.segments import Segment


def test_trailing_empty_elements_and_components_are_kept() -> None:
    assert elements("UNH+1+SLSRPT:D:96A:UN'PRI+AAA:2::'NAD+SU+++'", "PRI") == [[["AAA", "2", "", ""]]]
    assert elements("UNH+1+SLSRPT:D:96A:UN'PRI+AAA:2::'NAD+SU+++'", "NAD") == [[["SU"], [""], [""], [""]]]


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ("A?+B", "A+B"),
        ("A?:B", "A:B"),
        ("A?'B", "A'B"),
        ("A??", "A?"),
        ("???'??", "?'?"),
        ("A?B", "AB"),
        ("?\r\n+B", "+B"),
        ("A?? ", "A?"),
        ("??+", "?"),
    ],
)
def test_the_release_character_releases_the_next_one(sent: str, value: str) -> None:
    assert elements(SLSRPT.replace("4711", sent), "BGM")[0][1] == [value]


def test_a_lone_release_character_at_the_very_end_stays() -> None:
    assert read_segments("UNH+1+SLSRPT:D:96A:UN'BGM+WHAT?")[-1].elements == [["WHAT?"]]


def test_spans_are_offsets_in_the_given_text() -> None:
    text = "\ufeffUNA:+.? '\r\n" + SLSRPT.replace("'", "'\r\n").replace("4711", " A?+B ")
    bgm = next(segment for segment in read_segments(text) if segment.tag == "BGM")
    start, end = bgm.component_span(1)
    assert text[start:end] == "A?+B"
    assert text[bgm.start : bgm.end] == "BGM+73E+ A?+B +9"
    assert bgm.value(1) == "A+B"
    assert bgm.value(7, 7) == ""
    with pytest.raises(IndexError):
        bgm.component_span(7)


DELIMITERS = st.sampled_from(
    [
        Delimiters("EDIFACT", "'", "+", ":", "?"),
        Delimiters("EDIFACT", "\n", "+", ":", "?"),
        Delimiters("EDIFACT", "~", "*", "=", "\\"),
        Delimiters("EDIFACT", "\x1c", "\x1d", "\x1f", None),
        Delimiters("EDIFACT", "'", "+", ":", None),
        Delimiters("X12", "~", "*", ">", None),
        Delimiters("X12", "\n", "|", "\x1f", None),
        Delimiters("X12", "*", "~", ">", None),
        Delimiters("X12", "…", "*", ":", None),
    ]
)


VALUE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=12) | st.text(
    st.sampled_from("A1 +:'?*~\\=>|.ü\ue000"), max_size=8
)


def escaped(value: str, delimiters: Delimiters) -> str:
    special = delimiters.segment + delimiters.element + delimiters.component
    if delimiters.release is None:
        return "".join(character for character in value if character not in special)
    return "".join(
        delimiters.release + character if character in special + delimiters.release else character
        for character in value
    )


@st.composite
def messages(draw: st.DrawFn) -> tuple[str, Delimiters, list[tuple[str, list[list[str]]]]]:
    """Text, delimiters, and what must be read from it; terminators and wraps drawn."""
    delimiters = draw(DELIMITERS)
    content = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["QTY", "LIN", "NAD", "ZA", "XYZ"]), st.lists(st.lists(VALUE, min_size=1, max_size=4))
            ),
            min_size=1,
            max_size=6,
        )
    )
    raws = []
    expected = []
    for tag, fields in content:
        sent = [[escaped(value, delimiters) for value in field] for field in fields]
        raws.append(delimiters.element.join([tag, *(delimiters.component.join(field) for field in sent)]))
        values = [[unescape(value, delimiters.release).strip(delimiters.blanks) for value in field] for field in sent]
        expected.append((tag, values))
    between = delimiters.segment + draw(
        st.sampled_from(["", "\n", "\r\n  "]) if delimiters.segment != "\n" else st.just("")
    )
    text = between.join(raws) + draw(st.sampled_from(["", between]))
    if delimiters.segment != "\n" and draw(st.booleans()):
        for place in sorted(draw(st.lists(st.integers(0, len(text)), max_size=4)), reverse=True):
            text = text[:place] + draw(st.sampled_from(["\n", "\r\n"])) + text[place:]
    return text, delimiters, expected


@given(messages())
@settings(max_examples=150, deadline=None)
def test_what_was_written_is_read(message: tuple[str, Delimiters, list[tuple[str, list[list[str]]]]]) -> None:
    text, delimiters, expected = message
    read = read_segments(text, delimiters)
    assume(not any(segment.repaired for segment in read))
    assert [(segment.tag, segment.elements) for segment in read] == expected


@given(messages())
@settings(max_examples=150, deadline=None)
def test_every_span_holds_its_value(message: tuple[str, Delimiters, list[tuple[str, list[list[str]]]]]) -> None:
    text, delimiters, _ = message
    check_spans(text, read_segments(text, delimiters), delimiters)


def check_spans(text: str, read: list[Segment], delimiters: Delimiters) -> None:
    last = 0
    for segment in read:
        assert last <= segment.start < segment.end <= len(text)
        last = segment.end
        for position, components in enumerate(segment.elements):
            for place, value in enumerate(components):
                start, end = segment.component_span(position, place)
                assert segment.start <= start <= end <= segment.end
                assert unescape(text[start:end], delimiters.release).strip(delimiters.blanks) == value


NOISE = st.text(st.sampled_from("UNHSTQLIBGMZA1+:'?*~\\ \r\n\ufeff\x1d\x1f."), max_size=120) | st.text(max_size=60)


@given(NOISE, st.sampled_from(["", "UNA:+.? '", "UNH+1+SLSRPT:D:96A:UN'", "ST*852*0001~", "UNB+UNOA:1+", "ISA*00*"]))
@settings(max_examples=200, deadline=None)
def test_no_text_raises_and_all_spans_hold(noise: str, head: str) -> None:
    text = head + noise
    delimiters = find_delimiters(text)
    if delimiters is not None:
        check_spans(text, read_segments(text), delimiters)


@given(st.integers(0, len(SLSRPT)), st.integers(0, len(SLSRPT)), st.text("+:'?QTYLIN1\n", max_size=4))
@settings(max_examples=150, deadline=None)
def test_a_damaged_message_never_raises(left: int, right: int, inserted: str) -> None:
    text = SLSRPT[: min(left, right)] + inserted + SLSRPT[max(left, right) :]
    delimiters = find_delimiters(text)
    if delimiters is not None:
        check_spans(text, read_segments(text, delimiters), delimiters)
