"""Fields and quantities: each component is bound as it was seen, or not at all."""

import pytest

from tests.unit.approved import read
from udf.layouts.binding import bind_by, bind_within
from udf.reading import Position
from udf.standards.x12 import X12

ONE, TWO = (3, 0, 1), (6, 0, 1)


@pytest.mark.parametrize(
    ("way", "candidates", "bound"),
    [
        ("before all", [(2, 1, 0)], [(2, 1, 0)] * 2),
        ("before all", [(4, 1, 0)], None),
        ("before all", [(1, 1, 0), (2, 1, 0)], None),
        ("behind all", [(7, 1, 0)], [(7, 1, 0)] * 2),
        ("behind all", [(4, 1, 0)], None),
        ("before each", [(2, 1, 0), (5, 1, 0)], [(2, 1, 0), (5, 1, 0)]),
        ("before each", [(2, 1, 0), (7, 1, 0)], None),
        ("behind each", [(4, 1, 0), (7, 1, 0)], [(4, 1, 0), (7, 1, 0)]),
        ("behind each", [(7, 1, 0)], [None, (7, 1, 0)]),
        ("behind some", [(7, 1, 0)], [(7, 1, 0)] * 2),
        ("behind each", [(4, 1, 0), (5, 1, 0)], None),
    ],
)
def test_one_way_binds_all_components_or_none(
    way: str, candidates: list[Position], bound: list[Position | None] | None
) -> None:
    assert bind_by(way, candidates, [ONE, TWO]) == bound


def test_a_part_has_what_stands_in_its_pair_and_before_the_row() -> None:
    message = read("ST*852*1~XQ*G*20260101~LIN**UP*1~ZA*QS**EA~SDQ*EA*92*001*5*002*7~SE*6*1~")
    s = next(i for i, segment in enumerate(message.segments) if segment.tag == "SDQ")
    quantities: list[Position] = [(s, 3, 0), (s, 5, 0)]
    within = [bind_within(message.segments, c, quantities, X12) for c in (
        [(s, 2, 0), (s, 4, 0)], [(s, 0, 0)], [(s - 1, 0, 0)], [(s, 4, 0)], [(s, 2, 0), (s, 4, 0), (s, 6, 0)],
    )]  # fmt: skip
    assert within == [
        [(s, 2, 0), (s, 4, 0)], [(s, 0, 0)] * 2, [(s - 1, 0, 0)] * 2, [None, (s, 4, 0)], None,
    ]  # fmt: skip
