"""A text is cut into pieces by shapes, the longest first."""

from collections.abc import Sequence

import pytest

from tests.unit.plans.routes import SOLD, Routes, line, write_edifact
from udf.plans.matching import UnknownShapeError, UnusualError, find_known_pieces, find_pieces
from udf.plans.partner import PartnerPlans

PRICED, BARE = line(1, "PRI+AAA:5"), line(2)


def learn(*lessons: Sequence[str]) -> PartnerPlans:
    routes = Routes().teach(write_edifact, *lessons)
    (partner,) = routes.book._partners.values()
    return partner


def test_a_shape_that_begins_like_a_longer_one_does_not_end_the_line_before_its_price() -> None:
    partner = learn([*SOLD, *PRICED, *BARE])
    text = write_edifact(5, [*SOLD, *BARE, *PRICED, *PRICED, *BARE])
    found = list(find_pieces(partner, text))
    assert [plan.kind for plan, _ in found] == ["header", "group", "line", "line", "line", "line", "trailer"]
    assert [len(plan.tags) for plan, _ in found[2:-1]] == [2, 3, 3, 2]
    assert "".join(match[0] for _, match in found) == text


def test_what_no_shape_fits_is_said_and_the_pieces_before_it_are_known() -> None:
    partner = learn([*SOLD, *BARE])
    text = write_edifact(5, [*SOLD, *BARE, *line(3, "FTX+AAA+++TEXT")])
    with pytest.raises(UnknownShapeError):
        list(find_pieces(partner, text))
    assert [plan.kind for plan, _ in find_known_pieces(partner, text)] == ["header", "group", "line", "line"]


def test_a_value_that_is_written_as_none_was_before_is_unusual() -> None:
    partner = learn([*SOLD, *(row for _ in range(6) for row in BARE)])
    text = write_edifact(5, [*SOLD, *line(2, pieces="-1.5")])
    with pytest.raises(UnusualError):
        list(find_pieces(partner, text))
    assert len(list(find_pieces(partner, text, is_wide=True))) == 4
