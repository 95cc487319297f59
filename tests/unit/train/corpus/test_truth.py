"""What a draft states is worked out by rules of its own, from the draft alone."""

import datetime
from decimal import Decimal

import pytest

from udf.train.corpus.drafts import Draft, Element
from udf.train.corpus.truth import ESSENTIAL, HEADER, expected_groups, expected_header, expected_lines


def draft_sale(date: Element) -> Draft:
    """A SLSRPT of one line whose header states a period."""
    draft = Draft("SLSRPT", version="D:96A:UN", reference="1")
    bgm = draft.add("BGM", "73E", "R1", "9")
    draft.state(document_number=(bgm, 1, 0), function=(bgm, 2, 0))
    at = (draft.add("DTM", date), 0, 1)
    draft.state(start=at, end=at)
    draft.close_header()
    lin = draft.add("LIN", "1", "", ["4006381333931", "EN"])
    qty = draft.add("QTY", ["153", "5-", "PCE"])
    draft.add_line([{
        "item": (lin, 2, 0), "item_type": (lin, 2, 1), "qualifier": (qty, 0, 0), "quantity": (qty, 0, 1),
        "unit": (qty, 0, 2),
    }])  # fmt: skip
    draft.add_line([])
    return draft


@pytest.mark.parametrize(
    ("date", "first", "last"),
    [
        (["356", "20260117", "102"], "2026-01-17", "2026-01-17"),
        (["356", "20260112-20260118", "718"], "2026-01-12", "2026-01-18"),
        (["356", "202602", "610"], "2026-02-01", "2026-02-28"),
        (["356", "202603", "616"], "2026-01-12", "2026-01-18"),
        (["356", "2026010520260111", "711"], "2026-01-05", "2026-01-11"),
        (["356", "260105260111", "717"], "2026-01-05", "2026-01-11"),
        (["356", "202601170830", "203"], "2026-01-17", "2026-01-17"),
    ],
)
def test_a_line_states_its_fields_and_the_period_of_the_header(date: list[str], first: str, last: str) -> None:
    draft = draft_sale(date)
    ((line, count),) = expected_lines(draft).items()
    stated = dict(zip(ESSENTIAL, line, strict=True))
    assert count == 1
    assert (stated["item_id"], stated["measure"], stated["quantity"]) == ("4006381333931", "sold", Decimal(-5))
    assert stated["period_start"] == datetime.date.fromisoformat(first)
    assert stated["period_end"] == datetime.date.fromisoformat(last)
    assert stated["as_of_date"] is None


def test_a_line_without_a_quantity_is_a_group_without_lines() -> None:
    first, second = expected_groups(draft_sale(["356", "20260117", "102"]))
    assert first.total() == 1
    assert not second


def test_the_header_states_number_and_function() -> None:
    header = dict(zip(HEADER, expected_header(draft_sale(["356", "20260117", "102"])), strict=True))
    assert (header["document_number"], header["function"], header["document_date"]) == ("R1", "original", None)
