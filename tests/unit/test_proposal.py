"""Proposals: lines as they would be, what is new about them in a sentence, and what an approval would record."""

from udf.message import Message, read_message
from udf.outcome import Proposal
from udf.proposal import make_proposal, name_layout, states_openly
from udf.reading import Record
from udf.standards.reference import load_reference

HEAD = "UNH+1+SLSRPT:D:96A:UN'BGM+73E+S1+9'"
LINE = "LIN+1++4006381333931:EN'QTY+153:5:PCE'"


def read(body: str) -> Message:
    return read_message(f"{HEAD}{body}UNT+9+1'", None, load_reference())


def propose(body: str, record: Record, sources: dict[str, str] | None = None) -> Proposal:
    stated = sources or {}
    return make_proposal(read(body), [[(record, {name: stated.get(name, "line") for name in record})]])


def test_a_line_has_its_values_and_where_they_stand() -> None:
    record = {
        "quantity": (4, 0, 1),
        "qualifier": (4, 0, 0),
        "item": (3, 2, 0),
        "location": (2, 0, 1),
        "unit": (4, 0, 2),
    }
    proposal = propose("RFF+ZS:0012'" + LINE, record, {"location": "header"})
    (line,) = proposal.lines
    assert (line.item_id, line.location_id, line.quantity, line.unit) == ("4006381333931", "0012", 5, "PCE")
    assert line.measure == "sold"
    text = read("RFF+ZS:0012'" + LINE).text
    assert text[slice(*line.source["location_id"])] == "0012"


def test_a_place_in_a_reference_is_a_row_for_that_reference_of_the_partner() -> None:
    record = {"quantity": (4, 0, 1), "qualifier": (4, 0, 0), "item": (3, 2, 0), "location": (2, 0, 1)}
    proposal = propose("RFF+ZS:0012'" + LINE, record, {"location": "header"})
    assert proposal.kind == "role"
    assert "RFF ZS would be the place" in proposal.detail
    assert proposal.approve["rows"] == [{
        "table": "party_roles", "standard": "EDIFACT", "segment": "RFF", "code": "ZS", "partner": None,
        "is_place": "yes",
    }]  # fmt: skip
    assert proposal.approve["reading"]["location"] == [
        {"in": "header", "segment": "RFF", "qualifier": "ZS", "element": 0, "component": 1}
    ]


def test_a_date_under_a_qualifier_of_nobodys_is_a_period() -> None:
    record = {"quantity": (4, 0, 1), "qualifier": (4, 0, 0), "item": (3, 2, 0), "start": (2, 0, 1), "end": (2, 0, 1)}
    proposal = propose("DTM+Z77:20260117:102'" + LINE, record, {"start": "header", "end": "header"})
    assert proposal.kind == "period"
    assert {row["table"] for row in proposal.approve["rows"]} == {"date_roles"}
    (line,) = proposal.lines
    assert str(line.period_start) == str(line.period_end) == "2026-01-17"


def test_a_code_without_a_meaning_leaves_it_to_whoever_approves() -> None:
    record = {"quantity": (3, 0, 1), "qualifier": (3, 0, 0), "item": (2, 2, 0)}
    proposal = propose("LIN+1++4006381333931:EN'QTY+Z9:5:PCE'", record)
    assert proposal.kind == "code"
    assert proposal.approve["rows"][0]["measure"] is None
    assert proposal.lines[0].measure == "unmapped"


def test_a_field_in_a_segment_of_the_partners_own_is_a_whole_reading() -> None:
    record = {"quantity": (4, 0, 1), "qualifier": (4, 0, 0), "item": (3, 2, 0), "location": (2, 0, 0)}
    proposal = propose("Z10+0012'" + LINE, record, {"location": "header"})
    assert proposal.kind == "reading"
    assert proposal.approve["rows"] == []


def test_what_the_standard_says_to_be_no_place_is_no_open_question() -> None:
    record = {"quantity": (4, 0, 1), "qualifier": (4, 0, 0), "item": (3, 2, 0), "location": (2, 1, 0)}
    for segment, is_open in (("NAD+SU+0012'", False), ("NAD+ZS+0012'", True)):
        message = read(segment + LINE)
        proposal = make_proposal(message, [[(record, dict.fromkeys(record, "line"))]])
        assert states_openly(proposal, "location", message.setting) == is_open


def test_a_layout_is_the_same_for_other_values_and_whatever_they_are_read_as() -> None:
    record = {"quantity": (4, 0, 1), "item": (3, 2, 0), "qualifier": (4, 0, 0), "location": (2, 0, 1)}
    one, other, moved = (
        propose(body, record | place)
        for body, place in (
            ("RFF+ZS:0012'" + LINE, {}),
            ("RFF+ZS:9999'" + LINE.replace("5:PCE", "7:PCE"), {}),
            ("RFF+ZS:0012'" + LINE, {"location": (2, 0, 0)}),
        )
    )
    assert one.approve["layout"] == other.approve["layout"] == moved.approve["layout"]
    assert one.approve["reading"] != moved.approve["reading"]
    assert name_layout(read(LINE).segments) != one.approve["layout"]
