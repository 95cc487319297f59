"""The JSON of an outcome: canonical, exact, and refused where it would be larger than can be stored."""

import json
from decimal import Decimal

import pytest

from udf.arguments import load_envelope
from udf.outcome import (
    AnswerTooLargeError,
    Document,
    Envelope,
    JsonArray,
    Line,
    Outcome,
    Problem,
    RejectedLine,
    dump_document,
    dump_envelope,
    dump_problems,
    dump_rejected,
    json_number,
    make_row,
)

LINE = Line(
    line_number="1", item_id="4006381333931", item_id_type="EN", item_ids={"EN": "4006381333931"},
    location_id='12 "North"', location_id_type="92", measure="sold", qualifier="153", quantity=Decimal("5.0"),
    unit="PCE", price=Decimal("9.95"), price_type="AAA", currency="EUR", period_start=None, period_end=None,
    as_of_date=None, attributes={}, source={"quantity": (10, 13)},
)  # fmt: skip
PROBLEM = Problem("quantity-not-a-number", "error", 4, (10, 13), "«x» is no number.")
REJECTED = RejectedLine("LIN+1'", (0, 6), "1", None, [PROBLEM])


def test_a_document_is_written_line_by_line_as_it_would_be_at_once() -> None:
    for count in (0, 1, 2, 501):
        document = Document(standard="EDIFACT", document_number="lines", lines=[LINE] * count)
        whole = json.dumps(document.as_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert dump_document(document) == whole


def test_numbers_are_written_as_short_as_they_are() -> None:
    assert '"price":9.95' in dump_document(Document(lines=[LINE]))
    assert '"quantity":5,' in dump_document(Document(lines=[LINE]))
    with pytest.raises(ValueError, match="15 significant digits"):
        json_number(Decimal("1234567890.1234567"))


def test_an_array_that_grows_too_large_ends_there() -> None:
    array = JsonArray("SLSRPT", most=5_000)
    array.add(",".join(['"123456789"'] * 1_000))
    with pytest.raises(AnswerTooLargeError, match="5000 characters") as refused:
        array.close()
    assert refused.value.message_type == "SLSRPT"


def test_rejected_lines_bring_their_problems() -> None:
    assert dump_problems([]) == dump_rejected([]) == "[]"
    (line,) = json.loads(dump_rejected([REJECTED]))
    assert line["problems"] == json.loads(dump_problems([PROBLEM]))
    assert line["problems"][0]["span"] == [10, 13]


def test_a_row_that_is_too_large_names_the_type_of_its_message(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = Outcome("852", is_valid=False, is_complete=False, rejected_lines=[REJECTED] * 3)
    row = make_row(outcome, None)
    assert len(json.loads(row.rejected_lines)) == 3
    monkeypatch.setattr("udf.outcome.MAX_ANSWER", 2 * len(row.rejected_lines) - 10)
    with pytest.raises(AnswerTooLargeError) as refused:
        make_row(outcome, None)
    assert refused.value.message_type == "852"


def test_an_envelope_comes_back_as_it_was_written() -> None:
    envelope = Envelope(standard="X12", is_test=True, sender='A "quoted" name', version="004010VICS")
    assert load_envelope(dump_envelope(envelope)) == envelope
