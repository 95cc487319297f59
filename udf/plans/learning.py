"""How a message that the model read, and that was proved in full, becomes plans or agrees with those there are."""

import json
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from udf.edi.segments import Segment
from udf.message import Message
from udf.plans.plan import Dialect, Kind, Plan, name_plan
from udf.plans.shapes import mask
from udf.reading import Record

LONGEST_LESSON = 20_000
"""Groups and lines of the longest message that plans are learnt from; longer ones have taught by excerpts."""


class ReadPiece(NamedTuple):
    """A header, group, line or trailer as the model read it."""

    kind: Kind
    segments: tuple[int, int]
    """The first one, and the one after its last."""
    span: tuple[int, int]
    records: tuple[Record, ...]
    """From its first segment."""
    confidence: float


def dialect_of(message: Message) -> Dialect:
    """What a message's plans are learnt for."""
    setting, envelope = message.setting, message.envelope
    return Dialect(
        setting.standard.name, setting.message_type, setting.version, setting.partner, setting.decimal_mark,
        envelope.una, message.delimiters, setting.reference.in_force,
    )  # fmt: skip


def read_pieces(message: Message) -> list[ReadPiece]:
    """The pieces of a message in turn; none where they do not follow one another without a gap."""
    found: list[tuple[Kind, int, int, tuple[Record, ...], float]] = []
    for unit in message.units:
        chunk = unit.chunks[0]
        first = message.first if chunk.kind == "header" else chunk.first
        if chunk.kind == "line":
            lifted = message.gather(unit).records
        else:
            lifted = [{n: (chunk.indices[s], e, c) for n, (s, e, c) in record.items()} for record in unit.records[0]]
        records = tuple({n: (s - first, e, c) for n, (s, e, c) in record.items()} for record in lifted)
        found.append((chunk.kind, first, chunk.last, records, unit.confidence))  # type: ignore[arg-type]
    found.sort(key=lambda piece: piece[1])
    if any(one[2] != other[1] for one, other in pairwise(found)) or found[-1][2] >= len(message.segments):
        return []
    found.append(("trailer", found[-1][2], len(message.segments), (), 1.0))
    starts = [0, *(message.segments[first].start for _, first, *_ in found[1:]), len(message.text)]
    return [
        ReadPiece(kind, (first, last), span, records, confidence)
        for (kind, first, last, records, confidence), span in zip(found, pairwise(starts), strict=True)
    ]


def make_plan(message: Message, dialect: Dialect, piece: ReadPiece) -> Plan | None:
    """What a piece teaches; None where its shape, or what it says, cannot be kept."""
    held = message.segments[slice(*piece.segments)]
    if _states_more(piece.kind, held, dialect):
        return None
    shape = mask(message.text, *piece.span, held, dialect.delimiters)
    if shape is None:
        return None
    plan_id = name_plan(dialect, piece.kind, str(shape), piece.records)
    setting = dialect.setting(message.setting.reference)
    try:
        plan = Plan(plan_id, dialect, piece.kind, shape, piece.records, setting, piece.confidence)
    except (re.error, ValueError):
        return None
    return plan if plan.tags == tuple(segment.tag for segment in held) else None


def _states_more(kind: Kind, held: Sequence[Segment], dialect: Dialect) -> bool:
    """Whether a piece speaks of others: a total over the lines, an item's type that only another line proves."""
    tags = {segment.tag for segment in held}
    if kind == "trailer":
        return False
    if not tags.isdisjoint(("CNT", "CTT")) or (kind != "line" and not tags.isdisjoint(("QTY", "ZA"))):
        return True
    if dialect.message_type == "867" and any(segment.tag == "QTY" and segment.value(0) == "TO" for segment in held):
        return True
    lins = (segment for segment in held if segment.tag == "LIN" and dialect.standard == "X12")
    return any(lin.value(e) and not lin.value(e + 1) for lin in lins for e in range(1, len(lin.elements), 2))


def find_blamed(plans: Sequence[Plan], written: str, right: str) -> list[Plan]:
    """The plans to which the first difference of two documents can be due: all of them where it is in the header."""
    one, other = (json.loads(text) for text in (written, right))
    own, meant = one.pop("lines"), other.pop("lines")
    lines = [plan for plan in plans if plan.kind == "line" for _ in plan.records]
    # As a replayed message names its plans, there is one of each, and they tell of no line.
    if one != other or not len(lines) == len(own) == len(meant):
        return list(dict.fromkeys(plans))
    wrong = {plan for plan, a, b in zip(lines, own, meant, strict=True) if a != b}
    return [plan for plan in dict.fromkeys(plans) if plan in wrong]
