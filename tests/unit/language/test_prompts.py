"""Prompts: values are masked by their class, codes are shown, and what is a value is what the standards say."""

import pytest

from udf.edi.reader import read_segments
from udf.language.prompts import _IS_VALUE, classify, encode_chunk
from udf.language.vocabulary import Bundles
from udf.reading import MAX_COMPONENTS, Position
from udf.standards.edifact import EDIFACT
from udf.standards.standard import Standard
from udf.standards.structure import SILENT, TRAILERS
from udf.standards.x12 import X12


def encode(text: str, message_type: str = "SLSRPT") -> tuple[Bundles, list[Position]]:
    return encode_chunk("line", message_type, read_segments(text)[1:])


def test_lines_that_differ_in_values_alone_have_the_same_prompt() -> None:
    one, _ = encode("UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'QTY+153:12:PCE'")
    other, _ = encode("UNH+1+SLSRPT:D:96A:UN'LIN+7++4012345678901:EN'QTY+153:45:PCE'")
    assert one == other


def test_a_quantity_that_looks_like_a_qualifier_is_still_a_number() -> None:
    one, _ = encode("UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'QTY+153:145:PCE'")
    other, _ = encode("UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'QTY+153:999:PCE'")
    assert one == other


def test_another_qualifier_is_another_prompt() -> None:
    one, _ = encode("UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'QTY+153:12:PCE'")
    other, _ = encode("UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'QTY+61:12:PCE'")
    assert one != other


def test_a_line_of_one_quantity_costs_few_positions() -> None:
    prompt, _ = encode("UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'PRI+AAA:9.99'QTY+153:12:PCE'")
    assert len(prompt) == 10


def test_components_beyond_the_last_marker_are_not_shown() -> None:
    stores = "".join(f"*{n:04d}*{n}" for n in range(10))
    text = "ST*852*0001~LIN*1*UP*012345678905~ZA*QS~" + f"SDQ*EA*92{stores}~" * 12
    _, positions = encode_chunk("line", "852", read_segments(text)[1:])
    assert len(positions) == MAX_COMPONENTS


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("4006381333931", "digits:13"), ("20260131", "date:8"), ("20261331", "digits:8"), ("260131", "date:6"),
        ("202601310830", "date:12"), ("2026010120260131", "date:16"), ("20260101-20260131", "range"),
        ("1.5", "decimal"), ("1,5", "decimal"), ("-3", "negative"), ("3-", "negative"), ("-3.5", "negative-decimal"),
        ("EUR", "letters:3"),
        ("AB12", "mixed:4"), ("MAIN ST", "text:short"), ("400****3931", "other:9-15"), ("12A", "mixed:3"),
    ],
)  # fmt: skip
def test_a_value_is_seen_as_its_class(value: str, expected: str) -> None:
    assert classify(value) == expected


def test_a_segment_that_shows_nothing_is_seen_by_its_tag() -> None:
    shown, _ = encode("UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'UNS+'QTY+153:12:PCE'")
    hidden, _ = encode("UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'QTY+153:12:PCE'")
    assert len(shown) == len(hidden) + 1


@pytest.mark.parametrize(
    ("standard", "unlearnt", "habits"),
    [
        # values by the table that the model has learnt to see as codes where they are short, and partners' habits
        (EDIFACT, {("PRI", 0, 4)}, {("QTY", 1, 0), ("LIN", 1, 0)}),
        (X12, {("CTP", 3, 0), ("CTP", 6, 0), ("DTM", 5, 0), ("SCH", 5, 0)}, set()),
    ],
)
def test_the_model_sees_as_values_what_the_table_calls_so(
    standard: Standard, unlearnt: set[tuple[str, int, int]], habits: set[tuple[str, int, int]]
) -> None:
    tags = standard.segments.keys() - SILENT - TRAILERS - {standard.opener}
    places = [(tag, e, c) for tag in tags for e in range(24) for c in range(6 if standard.has_components else 1)]
    values = {at for at in places if standard.kind_of(*at) in ("number", "date", "id")}
    seen = {at for at in places if _IS_VALUE[standard.name](*at)}
    assert values - seen == unlearnt
    assert {at for at in seen - values if standard.kind_of(*at) != "text"} == habits
