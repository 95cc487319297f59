"""The model's reading of what the standards leave open: the most likely first, one layout for all lines."""

from collections.abc import Sequence

from udf.engines.engine import Answer, Prompt
from udf.language.answers import encode_answer
from udf.language.prompts import encode_chunk
from udf.language.vocabulary import EOS, OPEN
from udf.message import read_message
from udf.readers.proposer import Proposer
from udf.reading import Record
from udf.standards.reference import load_reference

TEXT = (
    "UNH+1+SLSRPT:D:96A:UN'BGM+73E+S1+9'RFF+ZS:12'LIN+1++4006381333931:EN'RFF+ZI:A'QTY+153:5:PCE'"
    "LIN+2++4012345678901:EN'RFF+ZI:B'RFF+ZI:C'QTY+153:7:PCE'UNT+9+1'"
)
LINE: Record = {"item": (0, 2, 0), "item_type": (0, 2, 1), "quantity": (2, 0, 1), "qualifier": (2, 0, 0)}


class Scripted:
    """An engine that answers with the records that it is given for the chunks, in their order."""

    def __init__(self, *records: list[Record], margins: Sequence[float] = ()) -> None:
        self.records, self.margins, self.asked = records, margins, 0

    def answer(self, prompts: Sequence[Prompt], prefixes: Sequence[tuple[int, ...]] | None = None) -> list[Answer]:
        if prefixes:
            return [Answer((EOS,), (0.1,), (-1,)) for _ in prompts]
        found = []
        for number, (prompt, records) in enumerate(zip(prompts, self.records, strict=True)):
            assert prompt.tokens[0][3] == OPEN
            assert prompt.chunk is not None
            segments = prompt.chunk.segments
            _, positions = encode_chunk(prompt.chunk.kind, "SLSRPT", segments)
            tokens = encode_answer(records, "SLSRPT", segments, positions)
            margin = self.margins[number] if self.margins else 0.9
            found.append(Answer(tuple(tokens), (margin,) * len(tokens), (EOS,) * len(tokens)))
            self.asked += 1
        return found


def test_a_line_has_what_the_header_states() -> None:
    second = {"item": (0, 2, 0), "item_type": (0, 2, 1), "quantity": (3, 0, 1), "qualifier": (3, 0, 0)}
    engine = Scripted([{"location": (1, 0, 1)}], [LINE], [second])
    reading = next(Proposer(engine).read(read_message(TEXT, None, load_reference())))
    assert [line.records[0]["location"] for line in reading.lines] == [(2, 0, 1)] * 2
    assert [line.sources[0]["location"] for line in reading.lines] == ["header"] * 2
    assert [line.records[0]["quantity"] for line in reading.lines] == [(5, 0, 1), (9, 0, 1)]
    assert reading.margin == 0.9


def test_a_line_that_was_read_otherwise_with_doubt_is_read_as_the_others() -> None:
    odd = {"item": (2, 0, 1), "quantity": (3, 0, 1), "qualifier": (3, 0, 0)}
    engine = Scripted([], [LINE], [odd], margins=(0.9, 0.9, 0.1))
    readings = list(Proposer(engine).read(read_message(TEXT, None, load_reference())))
    assert [line.records[0]["item"] for line in readings[0].lines] == [(3, 2, 0), (6, 2, 0)]
    assert [line.records[0]["item"] for line in readings[1].lines] == [(3, 2, 0), (8, 0, 1)]


def test_a_message_without_a_line_has_no_reading() -> None:
    text = "UNH+1+SLSRPT:D:96A:UN'BGM+73E+S1+9'UNT+3+1'"
    assert list(Proposer(Scripted()).read(read_message(text, None, load_reference()))) == []


def test_a_date_in_a_reference_is_the_period_of_a_message_that_states_none() -> None:
    text = TEXT.replace("RFF+ZS:12'", "RFF+ZD:20260105'RFF+ZE:20260111'")
    second = {"item": (0, 2, 0), "item_type": (0, 2, 1), "quantity": (3, 0, 1), "qualifier": (3, 0, 0)}
    reading = next(Proposer(Scripted([], [LINE], [second])).read(read_message(text, None, load_reference())))
    assert {(line.records[0]["start"], line.records[0]["end"]) for line in reading.lines} == {((2, 0, 1), (3, 0, 1))}
