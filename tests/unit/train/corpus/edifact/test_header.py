"""What few partners state in the header, and what of it the lines are of."""

from collections.abc import Callable, Iterator

from udf.train.corpus.drafts import Draft
from udf.train.corpus.edifact import EdifactPartner
from udf.train.corpus.edifact.dialect import AGENTS
from udf.train.corpus.truth import ESSENTIAL, expected_lines

Drawn = Callable[..., Iterator[tuple[EdifactPartner, Draft]]]


def test_the_currency_of_a_document_is_the_reference_currency_wherever_it_stands(draw_with: Drawn) -> None:
    for partner, draft in draw_with(lambda partner: partner.target_currency and partner.currency, 30):
        segment, e, c = draft.header["currency"]
        assert segment.elements[e][0] == "2"  # 6347: reference currency
        assert [element[0] for element in segment.elements[:2]] == (
            ["3", "2"] if partner.target_currency == "before" else ["2", "3"]
        )
        assert c == 1


def test_a_stock_is_of_the_day_on_which_its_report_ends(draw_with: Drawn) -> None:
    at = ESSENTIAL.index("as_of_date")
    for _, draft in draw_with(lambda partner: partner.when == "header-end", 30):
        ends = [s for s in draft.segments if s.tag == "DTM" and s.elements[0][0] == "91"]
        assert draft.message_type == "INVRPT"
        assert len(ends) == 1
        assert not any(s.tag == "DTM" and s.elements[0][0] in ("90", "366", "356") for s in draft.segments)
        assert all(line[at] is not None for line in expected_lines(draft))


def test_agents_and_owners_of_a_header_are_no_places(draw_with: Drawn) -> None:
    for partner, draft in draw_with(lambda partner: partner.agents, 30):
        header = draft.segments[: next(n for n, s in enumerate(draft.segments) if s.tag == "LIN")]
        assert set(partner.agents) <= {s.elements[0][0] for s in header if s.tag == "NAD"}
        places = [segment for name, (segment, _, _) in draft.statements if name == "location"]
        assert not any(place.tag == "NAD" and place.elements[0][0] in AGENTS for place in places)


def test_a_document_may_have_a_function_and_no_number(draw_with: Drawn) -> None:
    for _, draft in draw_with(lambda partner: partner.numberless, 20):
        assert "document_number" not in draft.header
