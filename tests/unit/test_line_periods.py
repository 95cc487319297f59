"""Which days a line is of, by the directories: written down by hand from what the header states."""

import datetime

import pytest

from tests.small_messages import inventory, message
from udf.contract import Line
from udf.line_periods import is_yet_to_come
from udf.message import read_message
from udf.standards.reference import load_reference
from udf.train.attack.rules_engine import compile_by_rules

LIN, UP = "LIN+1++4006381333931:EN", "LIN*1*UP*036000291452"


def lines_of(text: str) -> list[Line]:
    outcome = compile_by_rules(text)
    assert outcome.is_complete, outcome.problems
    assert outcome.document is not None
    return list(outcome.document.lines)


@pytest.mark.parametrize(
    ("text", "stock", "flow"),
    [
        # D.96A 2005: 91 is the end of a report, 206 an end; X12 374: 091 is the end of a report
        ("BGM+35+I1+9 DTM+137:20260108:102 DTM+91:20260107:102 LOC+14+S1 {lin} QTY+145:5 QTY+{flow}:2", "145", "48"),
        ("BGM+35+I1+9 DTM+137:20260108:102 DTM+206:20260107:102 LOC+14+S1 {lin} QTY+145:5 QTY+{flow}:2", "145", "153"),
        ("BIA*00*SI*I1*20260108 DTM*091*20260107 LIN*1*UP*036000291452 QTY*33*5*EA QTY*{flow}*2*EA", "33", "32"),
    ],
)
def test_the_end_of_a_report_is_the_day_of_a_stock_and_no_period_of_what_moved(
    text: str, stock: str, flow: str
) -> None:
    message_type = "INVRPT" if text.startswith("BGM") else "846"
    body = text.format(lin=LIN, flow=flow)
    alone = body[: body.rindex("QTY")].rstrip()
    (held,) = lines_of(message(message_type, alone))
    assert (held.qualifier, held.as_of_date) == (stock, datetime.date(2026, 1, 7))
    wrong = compile_by_rules(message(message_type, body))
    assert "period-half-stated" in {problem.code for problem in wrong.problems}
    assert all(line.qualifier != flow for line in (wrong.document.lines if wrong.document else ()))


def test_a_sale_is_not_of_the_day_of_a_stock_or_a_document() -> None:
    (line,) = lines_of(message("SLSRPT", f"BGM+73E+S1+9 DTM+366:20260107:102 LOC+162+S1 {LIN} QTY+153:1"))
    assert (line.period_start, line.period_end, line.as_of_date) == (None, None, None)
    (line,) = lines_of(inventory(f"{UP} QTY*32*5*EA"))
    assert (line.period_start, line.period_end) == (None, None)


def test_a_part_of_a_later_day_is_yet_to_come() -> None:
    read = read_message(inventory(f"{UP} QTY*33*9*EA SCH*9*EA*WH*W1*018*20260110"), None, load_reference())
    part = next(i for i, segment in enumerate(read.segments) if segment.tag == "SCH")
    assert is_yet_to_come(read.segments, (part, 0, 0), datetime.date(2026, 1, 9))
    assert not is_yet_to_come(read.segments, (part, 0, 0), datetime.date(2026, 1, 10))
    assert not is_yet_to_come(read.segments, (part - 1, 1, 0), datetime.date(2026, 1, 9))
