"""What a message that was read teaches, and what it cannot."""

import json
from collections.abc import Sequence

import pytest

from tests.unit.plans.routes import (
    ACTIVITY,
    EDIFACT,
    SOLD,
    UPCS,
    X12,
    Write,
    line,
    teach_reports,
    write_edifact,
    write_x12,
)
from udf.compiler import Compiler
from udf.message import Message, read_message
from udf.outcome import Envelope
from udf.plans import learning
from udf.plans.learning import dialect_of, find_blamed, make_plan, read_pieces
from udf.plans.rows import read_row
from udf.readers.rules import RulesReader
from udf.standards.reference import load_reference


def read(text: str, envelope: Envelope) -> Message:
    message = read_message(text, envelope, load_reference())
    RulesReader().read([(message, unit) for unit in message.units], lambda *_: ())
    return message


def test_the_pieces_of_a_message_are_its_whole_text_in_turn() -> None:
    text = write_edifact(1, [*SOLD, *line(1), *line(2)])
    message = read(text, EDIFACT)
    pieces = read_pieces(message)
    assert [piece.kind for piece in pieces] == ["header", "group", "line", "line", "trailer"]
    assert "".join(text[slice(*piece.span)] for piece in pieces) == text
    assert pieces[2].records == pieces[3].records
    plan = make_plan(message, dialect_of(message), pieces[2])
    assert plan is not None
    assert (plan.kind, plan.proofs, plan.runs) == ("line", 0, False)


@pytest.mark.parametrize(
    ("write", "rows", "envelope", "number"),
    [
        (write_edifact, [*SOLD[:-1], "CNT+2:1", SOLD[-1], *line(1)], EDIFACT, 0),
        (write_x12("852"), [*ACTIVITY, f"LIN*1*UP*{UPCS[0]}*XYZ", "ZA*QS*5*EA"], X12, -2),
    ],
)
def test_a_piece_that_speaks_of_others_makes_no_plan(
    write: Write, rows: Sequence[str], envelope: Envelope, number: int
) -> None:
    message = read(write(1, rows), envelope)
    assert make_plan(message, dialect_of(message), read_pieces(message)[number]) is None


def test_nothing_is_learnt_of_a_message_that_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    from udf.plans import book

    monkeypatch.setattr(book, "LONGEST_LESSON", 2)
    plans = book.PlanBook(load_reference(), 0)
    Compiler(None, plans=plans).compile_rows([write_edifact(1, [*SOLD, *line(1)])], [EDIFACT])
    assert len(plans) == 0
    assert learning.LONGEST_LESSON > 2


def test_a_difference_is_due_to_the_plan_of_its_line_or_to_all() -> None:
    plans = {row.kind: read_row(row, load_reference()) for row in teach_reports().book.take_changed()}
    used = [plans[kind] for kind in ("header", "group", "line", "trailer")]

    def dump(document: str, *quantities: int) -> str:
        return json.dumps({"document_number": document, "lines": [{"quantity": number} for number in quantities]})

    assert find_blamed(used, dump("A", 1), dump("A", 2)) == [plans["line"]]
    assert find_blamed(used, dump("A", 1), dump("B", 1)) == used
    assert find_blamed(used, dump("A", 1), dump("A", 1, 2)) == used
