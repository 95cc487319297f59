"""A draft knows what its lines state, with what stands above them, and where each chunk shows it."""

import random

from udf.train.corpus.drafts import Draft, chunk_draft, stands, total
from udf.train.corpus.partners import draw_partner


def test_a_line_inherits_what_stands_above_it() -> None:
    draft = Draft("SLSRPT")
    place = draft.add("LOC", "162", ["12", "", "92"])
    draft.state(location=(place, 1, 0), location_type=(place, 1, 2))
    quantity = draft.add("QTY", ["153", "5"])
    draft.add_line([{"qualifier": (quantity, 0, 0), "quantity": (quantity, 0, 1)}])
    (record,) = draft.whole
    assert record["location"] == (place, 1, 0)
    assert "location" not in draft.records[0]


def test_a_nearer_place_without_a_type_does_not_take_the_farther_ones() -> None:
    draft = Draft("INVRPT")
    far = draft.add("NAD", "SN", ["12", "", "92"])
    draft.state(location=(far, 1, 0), location_type=(far, 1, 2))
    near = draft.add("LOC", "18", ["7"])
    quantity = draft.add("QTY", ["145", "5"])
    draft.add_line([{"quantity": (quantity, 0, 1), "location": (near, 1, 0)}])
    (record,) = draft.whole
    assert record["location"] == (near, 1, 0)
    assert "location_type" not in record


def test_what_points_at_nothing_is_not_stated() -> None:
    draft = Draft("SLSRPT")
    segment = draft.add("QTY", ["153", ""])
    assert stands((segment, 0, 0))
    assert not any(stands(at) for at in (None, (segment, 0, 1), (segment, 0, 2), (segment, 1, 0)))


def test_a_line_without_a_quantity_is_a_gap() -> None:
    draft = Draft("SLSRPT")
    draft.add_line([])
    assert (draft.gaps, draft.groups, draft.whole) == (1, [0], [])


def test_a_total_is_the_sum_of_its_parts() -> None:
    draft = Draft("852")
    parts = [draft.add("SDQ", "EA", "92", "1", text) for text in ("4", "-1", "2.5")]
    assert total([{"quantity": (part, 3, 0)} for part in parts]) == "5.5"


def test_every_quantity_is_shown_by_exactly_one_chunk_as_the_draft_states_it() -> None:
    r = random.Random(3)
    for _ in range(60):
        draft = draw_partner(r).draft(r)
        shown = [
            chunk.segments[s].elements[e][c]
            for chunk, records in chunk_draft(draft)
            if chunk.kind == "line"
            for s, e, c in (record["quantity"] for record in records)
        ]
        stated = [segment.elements[e][c] for segment, e, c in (record["quantity"] for record in draft.records)]
        assert sorted(shown) == sorted(stated)
