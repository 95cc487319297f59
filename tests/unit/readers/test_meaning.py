"""What the model says that a quantity means stands against what the tables say of it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from udf.compiler import Compiler
from udf.edi.reader import read_segments
from udf.engines.engine import Answer, Prompt
from udf.language.meanings import write_meaning
from udf.message import Message, Unit, read_message
from udf.outcome import Line
from udf.readers.meaning import MeaningReader, states_of
from udf.readers.rules import read_unit
from udf.standards.reference import load_reference

TEXT = (
    "UNH+1+SLSRPT:D:96A:UN'BGM+73E+S1+9'DTM+90:20260105:102'DTM+91:20260111:102'LOC+162+4012345000016::9'"
    "LIN+1++4006381333931:EN'QTY+153:5:PCE'QTY+61:1:PCE'UNT+9+1'"
)


class Teller:
    """An engine that says the same measure of every code."""

    def __init__(self, measure: str) -> None:
        self.measure, self.asked = measure, 0

    def answer(self, prompts: Sequence[Prompt], prefixes: Sequence[tuple[int, ...]] | None = None) -> list[Answer]:
        self.asked += len(prompts)
        tokens = tuple(write_meaning(self.measure))
        return [Answer(tokens, (1.0,) * len(tokens), (-1,) * len(tokens)) for _ in prompts]


def read() -> tuple[Message, Unit, list[Line]]:
    message = read_message(TEXT, None, load_reference())
    unit = next(unit for unit in message.units if unit.chunks[0].kind == "line")
    unit.records = read_unit(message, unit)
    ((outcome, _),) = Compiler(None).compile_units([TEXT])
    assert outcome.document is not None
    return message, unit, list(outcome.document.lines)


def test_a_line_that_means_something_else_is_disputed() -> None:
    message, unit, lines = read()
    finding = MeaningReader(Teller("sold")).dispute(message, unit, lines)
    assert finding is not None
    assert finding.code == "meaning-disputed"
    assert "QTY 61 is returned" in finding.detail


def test_a_meaning_that_both_say_is_none() -> None:
    message, unit, lines = read()
    unit.records = [unit.records[0][:1]]
    assert MeaningReader(Teller("sold")).dispute(message, unit, lines[:1]) is None


def test_what_a_partner_has_settled_is_not_asked() -> None:
    message, unit, lines = read()
    message.setting = replace(message.setting, partner="P")
    reader = MeaningReader(Teller("on_hand"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(message.setting), "has_own_meaning", lambda self, tag, code: True)
        assert reader.dispute(message, unit, lines) is None


def test_a_code_is_asked_once() -> None:
    teller = Teller("sold")
    reader = MeaningReader(teller)
    assert [reader.ask("SLSRPT", "QTY", "153") for _ in range(3)] == ["sold"] * 3
    assert teller.asked == 1
    assert reader.ask("SLSRPT", "QTY", "152") is None
    assert teller.asked == 1


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("QTY+145:5'", ""), ("QTY+145:5'INV+2+3'", "3"), ("INV+2+4'QTY+145:5'", "4"),
        ("QTY+17:1'INV+2+2'QTY+145:5'", ""), ("INV+2+2'QTY+17:1'QTY+145:5'", "2"),
    ],
)  # fmt: skip
def test_the_state_of_a_stock_is_that_of_its_inv(line: str, state: str) -> None:
    segments = read_segments("UNH+1+INVRPT:D:96A:UN'LIN+1++4006381333931:EN'" + line)
    quantity = next(i for i, segment in enumerate(segments) if segment.value(0) == "145")
    assert states_of(segments, 1, len(segments)).get(quantity, "") == state
