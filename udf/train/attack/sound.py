"""A sound message, proved complete: what attacks damage, and what the outcomes of damaged texts are compared with."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from udf.compiler import Compiler
from udf.contract import Line, Outcome
from udf.edi.delimiters import find_delimiters
from udf.edi.reader import read_segments
from udf.edi.segments import Segment
from udf.train.attack.oracle import Oracle
from udf.train.corpus.drafts import Draft
from udf.train.corpus.partners import draw_partner, draw_written
from udf.train.corpus.rendering import draw_writing, render_message
from udf.train.corpus.truth import Essence, Header, essence, expected_header, expected_lines, header_of
from udf.train.corpus.values import decimal_of

TRAILERS = ("UNT", "SE")
TOTALS = ("CNT", "CTT")
PRICES = ("PRI", "CTP", "UIT")
PLACES = ("LOC", "NAD", "N1")
SPLITS = ("SDQ", "SCH", "REF")


@dataclass(slots=True)
class SoundMessage:
    """A message that was proved complete, what it states, and what a damage has to know of it."""

    text: str
    outcome: Outcome
    stated: Counter[Essence]
    """What its draft says of the lines: the truth that damaged texts are held to."""
    header: Header
    is_counted: bool
    """CNT 1 and 2, or CTT01 and CTT02, repeat its lines and quantities."""
    segments: list[Segment] = field(init=False)
    rows: list[str] = field(init=False)
    """The text cut before each segment; the first row begins with the text."""
    trailer: int = field(init=False)

    def __post_init__(self) -> None:
        self.segments = read_segments(self.text, find_delimiters(self.text))
        starts = [0, *(segment.start for segment in self.segments[1:]), len(self.text)]
        self.rows = [self.text[a:b] for a, b in pairwise(starts)]
        self.trailer = next(i for i, segment in enumerate(self.segments) if segment.tag in TRAILERS)

    @property
    def lines(self) -> list[Line]:
        return self.outcome.document.lines if self.outcome.document else []

    @property
    def x12(self) -> bool:
        return "ST" in (segment.tag for segment in self.segments[:3])

    @property
    def body(self) -> range:
        """The segments between UNH or ST and the trailer."""
        return range(1, self.trailer)

    def tagged(self, *tags: str) -> list[int]:
        return [i for i in self.body if self.segments[i].tag in tags]

    def standing_in(self, index: int, name: str) -> list[Line]:
        """The lines whose field of a name stands in a segment."""
        return [line for line in self.lines if name in line.source and self.place_of(line, name) == index]

    def place_of(self, line: Line, name: str) -> int:
        """The index of the segment that a field of a line stands in."""
        at = line.source[name][0]
        return next(i for i, segment in enumerate(self.segments) if segment.start <= at < segment.end)

    def quantities_in(self, index: int) -> list[Decimal]:
        """The quantities of lines that stand in a segment."""
        segment = self.segments[index]
        return [line.quantity for line in self.lines if segment.start <= line.source["quantity"][0] < segment.end]

    def line_rows(self) -> list[range]:
        """The rows of each LIN up to the next one, of messages whose LIN comes first and whose places stand above."""
        lins = self.tagged("LIN")
        stop = next((i for i in self.body if self.segments[i].tag in (*TOTALS, "UNS")), self.trailer)
        spans = [range(a, b) for a, b in zip(lins, [*lins[1:], stop], strict=True)]
        return [span for span in spans if not any(self.segments[i].tag in (*PLACES, "PTD") for i in span)]

    def rebuilt(self, order: Sequence[int], recount: bool) -> str:
        """The text of these rows in this order; with `recount` the trailer states as many segments as there are."""
        text = ""
        for i in order:
            row = self.rows[i]
            if i == self.trailer and recount:
                start, end = self.segments[i].component_span(0)
                at = self.segments[i].start
                row = f"{row[: start - at]}{len(order)}{row[end - at :]}"
            text += row
        return text

    def replaced(self, span: tuple[int, int], by: str) -> str:
        return self.text[: span[0]] + by + self.text[span[1] :]


def classify(sound: SoundMessage, outcome: Outcome) -> str:
    """`harmless`, `caught` or `missed`, from what goes on of the attacked message and what the sound one states."""
    if not outcome.is_valid or outcome.document is None:
        return "caught"
    got = Counter(essence(line) for line in outcome.document.lines)
    if got - sound.stated or header_of(outcome.document) != sound.header:
        return "missed"
    if got == sound.stated and outcome.is_complete:
        return "harmless"
    return "caught" if outcome.rejected_lines else "missed"


def state_totals(draft: Draft) -> None:
    """Repeat lines and quantities at the draft's end: CNT 2 and 1, or CTT01 and 02."""
    numbers = [decimal_of(s.elements[e][c]) for s, e, c in (record["quantity"] for record in draft.records)]
    total = str(sum(numbers, Decimal(0)))
    lines = str(sum(segment.tag == "LIN" for segment in draft.segments))
    trailer = draft.segments.pop()
    if draft.message_type.isdigit():
        draft.segments = [segment for segment in draft.segments if segment.tag != "CTT"]
        draft.add("CTT", lines, total)
    else:
        draft.add("UNS", "S")
        draft.add("CNT", ["2", lines])
        draft.add("CNT", ["1", total])
    draft.segments.append(trailer)


def draw_sound_messages(r: random.Random, held_out: bool | None = None) -> Iterator[tuple[Draft, Oracle, SoundMessage]]:
    """Messages of drawn partners with their right answers, endlessly; those not proved complete are left out.

    The partners are those that may be learnt, those that are `held_out`, or any.
    """
    while True:
        dialect = draw_partner(r) if held_out is None else draw_written(r, held_out)[0]
        draft = dialect.draft(r)
        is_counted = r.random() < 0.5
        if is_counted:
            state_totals(draft)
        text = render_message(draft, draw_writing(r, draft.message_type))
        oracle = Oracle()
        oracle.study(draft)
        outcome = Compiler(oracle).compile_batch([text])[0]
        if outcome.is_complete:
            yield (
                draft,
                oracle,
                SoundMessage(text, outcome, expected_lines(draft), expected_header(draft), is_counted),
            )


Alter = Callable[[random.Random, SoundMessage], str | None]
"""Gives the damaged text, None where the message has nothing to damage so."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of damage; `unprovable` says why no reader could notice it, and is empty where the compiler has to."""

    name: str
    alter: Alter
    unprovable: str = ""
