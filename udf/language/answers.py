"""What the tiny compiler answers: records as tokens and back, the same for training and for inference.

A prompt shows a chunk with its values masked: every component is one *bundle*, one position of the network, of tokens
whose embeddings are added up. It says what kind of value stands there (thirteen digits, a plausible date, a decimal,
four letters) or, where it is a known code, which code; its marker; its tag; the numbers of its element and component.
The answer names markers. Two chunks that differ in values alone therefore have the same prompt and the same answer: the
answer is a mapping of positions.

The answer lists records. A record is a list of ``field marker`` pairs, each one position of the network; a field that
stands where the standard puts it beside its anchor (the qualifier beside its quantity, the code list beside its place)
is not written at all, and a field that is not mentioned keeps the value of the record before. ``MORE`` behind a record
says that the parts beside it (the pairs of an SDQ, the SCH or REF segments that follow) are read alike. Each
``quantity`` begins a record, ``EOS`` ends the answer, and an answer without records is ``EOS`` alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from udf.language.vocabulary import EOS, FIELD, FIELD_OF, FIELD_RANK, MARK, MARKERS, MORE, NONE, PAD
from udf.reading import FIELDS, Position, Record, SegmentLike


def _stated(segments: Sequence[SegmentLike], s: int, e: int, c: int) -> Position | None:
    """The position if a component stands there."""
    if s < 0 or e < 0 or c < 0 or s >= len(segments):
        return None
    elements = segments[s].elements
    return (s, e, c) if e < len(elements) and c < len(elements[e]) and elements[e][c] else None


def _unit_segment(segments: Sequence[SegmentLike], quantity: int) -> Position | None:
    """The unit in a UIT behind its QTY."""
    behind = quantity >= 0 and quantity + 1 < len(segments) and segments[quantity + 1].tag == "UIT"
    return _stated(segments, quantity + 1, 0, 0) if behind else None


def _activity(segments: Sequence[SegmentLike], s: int) -> int:
    """The ZA under which a split (SDQ, SCH, REF) stands, else its QTY, or -1; a QTY below a ZA counts other things."""
    found = -1
    for i in range(s - 1, -1, -1):
        if segments[i].tag == "ZA":
            return i
        if segments[i].tag == "QTY" and found < 0:
            found = i
    if found < 0 and segments[s].tag == "SDQ":  # before the one QTY of its line
        behind = [i for i in range(s + 1, len(segments)) if segments[i].tag in ("QTY", "ZA")]
        found = behind[0] if len(behind) == 1 and segments[behind[0]].tag == "QTY" else -1
    return found


_ANCHOR = {
    "qualifier": "quantity", "unit": "quantity", "location_type": "location", "item_type": "item",
    "price_type": "price", "end": "start",
}  # fmt: skip


class _Step(NamedTuple):
    """From an anchor to the field beside it: elements and components further, or their numbers where `is_fixed`."""

    element: int
    component: int
    is_fixed: bool = False


class Format(NamedTuple):
    """What an answer need not write for the messages of a standard.

    The model has learnt to answer so: it is a copy of what the tables of `udf.standards` say, and stays as it is where
    those change (`tests/unit/language/test_answers.py` holds the one against the other), so that a mistake there does
    not become one of the model.
    """

    has_components: bool
    steps: Mapping[tuple[str, str], _Step]
    """By field and tag."""
    parts: Mapping[str, tuple[int, int]]
    """(element, component) of the quantity in the segments of a split."""


FORMATS = {
    "EDIFACT": Format(True, {
        ("qualifier", "QTY"): _Step(0, -1), ("unit", "QTY"): _Step(0, 1), ("location_type", "LOC"): _Step(0, 2),
        ("location_type", "NAD"): _Step(0, 2), ("item_type", "LIN"): _Step(0, 1), ("item_type", "PIA"): _Step(0, 1),
        ("price_type", "PRI"): _Step(0, -1),
    }, {}),
    "X12": Format(False, {
        ("qualifier", "QTY"): _Step(-1, 0), ("qualifier", "ZA"): _Step(-1, 0), ("unit", "SDQ"): _Step(0, 0, True),
        ("unit", "SCH"): _Step(1, 0), ("unit", "QTY"): _Step(1, 0), ("unit", "ZA"): _Step(1, 0),
        ("location_type", "N1"): _Step(-1, 0), ("location_type", "SDQ"): _Step(1, 0, True),
        ("location_type", "SCH"): _Step(-1, 0), ("location_type", "REF"): _Step(-1, 0),
        ("item_type", "LIN"): _Step(-1, 0), ("price_type", "CTP"): _Step(-1, 0), ("price_type", "UIT"): _Step(1, 0),
        ("location", "SDQ"): _Step(-1, 0), ("location", "SCH"): _Step(3, 0), ("location", "REF"): _Step(-1, 0),
    }, {"SDQ": (3, 0), "REF": (2, 0), "SCH": (0, 0)}),
}  # fmt: skip


def format_of(message_type: str) -> Format:
    return FORMATS["X12" if message_type.isdigit() else "EDIFACT"]


def beside(field: str, record: Record, form: Format, segments: Sequence[SegmentLike]) -> Position | None:
    """Where the standard puts a field, seen from its anchor in the same record; None where that place is empty."""
    s, e, c = record["quantity" if field == "location" else _ANCHOR[field]]
    if field == "end":
        return s, e, c
    tag = segments[s].tag
    if field == "qualifier" and tag in form.parts:
        return _stated(segments, _activity(segments, s), 0, 0)
    if field == "unit" and tag == "REF" and form.parts:  # a part without a unit of its own
        activity = _activity(segments, s)
        return _stated(segments, activity, 2, 0) or _unit_segment(segments, activity)
    step = form.steps.get((field, tag))
    if step is None or (field == "location_type" and tag == "N1" and e != 3):  # a name has no code list
        return None
    if step.is_fixed:
        return _stated(segments, s, step.element, step.component)
    if field == "qualifier" and form.has_components and not c:  # QTY+153+12+PCE
        return _stated(segments, s, e - 1, 0)
    found = _stated(segments, s, e + step.element, c + step.component if form.has_components else 0)
    return found or (_unit_segment(segments, s) if field == "unit" and tag == "QTY" and form.parts else None)


def _expected(
    field: str, given: set[str], record: Record, previous: Record, form: Format,
    segments: Sequence[SegmentLike],
) -> Position | None:  # fmt: skip
    """What a field is when the answer does not mention it."""
    anchor = _ANCHOR.get(field)
    if field == "location" and form.parts and "quantity" in given and "quantity" in record:
        anchor = "quantity" if segments[record["quantity"][0]].tag in form.parts else None
    if anchor and anchor in given:
        return beside(field, record, form, segments) if anchor in record else None
    return previous.get(field)


def _next_part(record: Record, form: Format, segments: Sequence[SegmentLike]) -> Position | None:
    """Where the quantity after this one stands, for a quantity of a split: the next pair, SCH or REF."""
    s, e, _ = record["quantity"]
    tag = segments[s].tag
    if tag == "SDQ" and (following := _stated(segments, s, e + 2, 0)):
        return following
    if tag not in form.parts or s + 1 >= len(segments) or segments[s + 1].tag != tag:
        return None
    if tag == "REF" and segments[s + 1].elements[:1] != segments[s].elements[:1]:
        return None
    return _stated(segments, s + 1, *form.parts[tag])


def _continue(record: Record, form: Format, segments: Sequence[SegmentLike]) -> Iterator[Record]:
    """The records of the parts beside a record's, read as it was."""
    while form.parts and "quantity" in record and (place := _next_part(record, form, segments)):
        record = _complete({"quantity": place}, record, form, segments)
        yield record


def _is_inside_part(place: Position, given: set[str], record: Record) -> bool:
    """Whether a place stands in the segment of the quantity that the record itself states."""
    return "quantity" in given and "quantity" in record and place[0] == record["quantity"][0]


def _complete(
    stated: dict[str, Position | None], previous: Record, form: Format, segments: Sequence[SegmentLike]
) -> Record:
    """A record from the fields that an answer states and the record before."""
    record: Record = {}
    given: set[str] = set()
    for field in FIELDS:
        if field in stated:
            actual = stated[field]
            given.add(field)
        else:
            actual = _expected(field, given, record, previous, form, segments)
            if field == "location" and actual and _is_inside_part(actual, given, record):
                given.add(field)  # a place inside a split brings its code list with it
        if actual is not None:
            record[field] = actual
    return record


def encode_answer(
    records: Sequence[Record], message_type: str, segments: Sequence[SegmentLike], positions: Sequence[Position],
    offset: int = 0,
) -> list[int]:  # fmt: skip
    """Write records as answer tokens; the inverse of `decode_answer`. Raises KeyError for a position without marker."""
    form = format_of(message_type)
    marker = {position: MARK + (i + offset) % MARKERS for i, position in enumerate(positions)}
    out: list[int] = []
    previous: Record = {}
    number = 0
    while number < len(records):
        record = records[number]
        given: set[str] = set()
        for field in FIELDS:
            actual = record.get(field)
            begins = field == "quantity" and (number > 0 or actual is not None)
            if not begins and actual == _expected(field, given, record, previous, form, segments):
                if field == "location" and actual and _is_inside_part(actual, given, record):
                    given.add(field)
                continue
            out += [FIELD[field], NONE if actual is None else marker[actual]]
            given.add(field)
        number += 1
        previous = record
        parts = list(_continue(record, form, segments))
        if parts and parts == list(records[number : number + len(parts)]):
            out.append(MORE)
            number += len(parts)
            previous = parts[-1]
    return [*out, EOS]


def decode_answer(
    tokens: Sequence[int], message_type: str, segments: Sequence[SegmentLike], positions: Sequence[Position],
    offset: int = 0,
) -> list[Record]:  # fmt: skip
    """Read answer tokens as records. Raises ValueError where the tokens are no answer of this format."""
    if not tokens or tokens[-1] != EOS:
        raise ValueError("the answer does not end")
    form = format_of(message_type)
    records: list[Record] = []
    previous: Record = {}
    for row in _split(tokens[:-1]):
        more = row[-1] == MORE
        if more:
            row = row[:-1]
        stated: dict[str, Position | None] = {}
        rank = -1
        for control, pointer in pair_tokens(row):
            field = FIELD_OF.get(control)
            if field is None or FIELD_RANK[field] <= rank:
                raise ValueError("the answer does not list its fields in order")
            rank = FIELD_RANK[field]
            index = (pointer - MARK - offset) % MARKERS
            if pointer != NONE and (pointer < MARK or index >= len(positions)):
                raise ValueError("the answer points at nothing")
            stated[field] = None if pointer == NONE else positions[index]
        records.append(_complete(stated, previous, form, segments))
        if more:
            records += _continue(records[-1], form, segments)
        previous = records[-1]
    return records


def _split(tokens: Sequence[int]) -> Iterator[Sequence[int]]:
    """The tokens of each record: a quantity begins one, and what stands before the first quantity is one too."""
    start = 0
    for i, token in enumerate(tokens):
        if i and token == FIELD["quantity"]:
            yield tokens[start:i]
            start = i
    if tokens:
        yield tokens[start:]


def pair_tokens(tokens: Sequence[int]) -> list[tuple[int, int]]:
    """The steps of an answer: (control, pointer), `PAD` where a control has none.

    Raises ValueError where a field at the end has no pointer yet.
    """
    steps = []
    at = 0
    while at < len(tokens):
        if tokens[at] not in FIELD_OF:
            steps.append((tokens[at], PAD))
            at += 1
        elif at + 1 == len(tokens):
            raise ValueError("the answer names a field without a pointer")
        else:
            steps.append((tokens[at], tokens[at + 1]))
            at += 2
    return steps
