"""Quantities of a drawn EDIFACT line: parties below them are no places, and a total before its places is no record."""

from collections.abc import Callable, Iterator

from udf.train.corpus.drafts import Draft, total
from udf.train.corpus.edifact import EdifactPartner
from udf.train.corpus.edifact.dialect import BYSTANDERS
from udf.train.corpus.truth import expected_lines
from udf.train.corpus.values import decimal_of

Drawn = Callable[..., Iterator[tuple[EdifactPartner, Draft]]]


def test_a_party_below_a_quantity_is_not_its_place(draw_with: Drawn) -> None:
    for _, draft in draw_with(lambda partner: partner.bystanders, 40):
        places = {id(record["location"][0]) for record in draft.whole if "location" in record}
        lines = draft.segments[next(n for n, s in enumerate(draft.segments) if s.tag == "LIN") :]
        parties = [s for s in lines if s.tag == "NAD" and s.elements[0][0] in BYSTANDERS]
        assert parties or not draft.records
        assert not any(id(party) in places for party in parties)


def test_a_sale_has_one_party_below_its_quantity_at_most(draw_with: Drawn) -> None:
    for partner, draft in draw_with(lambda partner: partner.bystanders, 60, seed=2):
        if partner.sales:  # D.96A SLSRPT: QTY MKS NAD
            tags = [segment.tag for segment in draft.segments]
            runs = [tags[n : n + 3] for n in range(tags.index("LIN"), len(tags))]
            assert ["QTY", "NAD", "NAD"] not in runs


def test_a_total_before_its_places_is_their_sum_and_no_line(draw_with: Drawn) -> None:
    lines = 0
    for partner, draft in draw_with(lambda partner: partner.line_total, 40):
        assert sum(expected_lines(draft).values()) == len(draft.records)
        stated = {id(record["quantity"][0]) for record in draft.records}
        records, at = iter(draft.records), [n for n, s in enumerate(draft.segments) if s.tag == "LIN"]
        for count, first, last in zip(draft.groups, at, [*at[1:], len(draft.segments)], strict=True):
            parts = [next(records) for _ in range(count)]
            totals = [s for s in draft.segments[first:last] if s.tag == "QTY" and id(s) not in stated]
            for segment in totals:
                own = [p for p in parts if p["qualifier"][0].elements[0][0] == segment.elements[0][0]]
                number = segment.elements[1][0] if partner.split_quantity else segment.elements[0][1]
                assert len(own) == len(parts) == 2  # seen together with them, whatever else the line says
                assert decimal_of(number) == decimal_of(total(own))
                assert all("location" in part for part in own)
            assert len(totals) <= 1
            lines += len(totals)
    assert lines > 20


def test_what_adds_up_quantities_does_not_stand_beside_a_total_of_some(draw_with: Drawn) -> None:
    for partner, _ in draw_with(lambda partner: partner.line_total, 60, seed=3):
        assert "1" not in partner.controls
