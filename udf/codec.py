"""Tokens, prompt and record format of the tiny compiler: the one place where training and inference meet.

A prompt shows a chunk with its values masked: every component is one token that says what *kind* of value stands there
(thirteen digits, a plausible date, a decimal, four letters) or, where it is a known code, which code; behind it stands
a marker. The answer names markers. Two chunks that differ in values alone therefore have the same prompt and the same
answer: the answer is a mapping of positions.

The answer lists records. A record is a list of ``field marker`` pairs; a field that stands where the standard puts it
beside its anchor (the qualifier beside its quantity, the code list beside its place) is not written at all, and a
field that is not mentioned keeps the value of the record before. ``MORE`` behind a record says that the parts beside it
(the pairs of an SDQ, the SCH or REF segments that follow) are read alike. ``ROW`` separates records, ``EOS`` ends them,
and an answer without records is ``EOS`` alone.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

Position = tuple[int, int, int]
"""(segment in the chunk, element after the tag, component), all from 0."""
Record = dict[str, Position]
"""Field name to the position of its component; a field that is not stated is absent."""


class SegmentLike(Protocol):
    """What the codec reads of a segment."""

    @property
    def tag(self) -> str: ...
    @property
    def elements(self) -> Sequence[Sequence[str]]: ...


# Anchors come before the fields whose place follows from them.
FIELDS = (
    "quantity", "qualifier", "unit", "location", "location_type", "item", "item_type", "price", "price_type",
    "start", "end", "document_number", "document_date", "function", "currency",
)  # fmt: skip
KINDS = ("header", "group", "line")
TYPES = ("SLSRPT", "INVRPT", "852", "846", "867")
MARKERS = 128
MAX_COMPONENTS = 120
"""Components that one prompt may show; a marker may not come twice."""

TAGS = (
    "BGM DTM NAD LOC CUX LIN PIA RFF GIN QTY PRI MOA INV GIS GEI STS CPS QVR RNG DOC UNS "
    "XQ N9 N1 BIA BPT PTD CTP ZA SDQ SCH REF LS LE UIT AMT LM LQ CUR DTP G95 SII PSA SLN LDT ITA CS "
).split()

# Codes that the corpus uses; any other short value is shown by its class. Grouped as the directories group them.
_CODES = (
    # BGM 1001, 1225, BIA01, BPT01, 755
    "35 73 73E 75E 78E 563 00 01 04 05 07 15 18 25 DD SI MB DM SR CM SS SU SA BD SH PR CT PA BJ RE "
    # 3035 and X12 98, parties and places
    "SE BY MS MR FR TO VN MF DS DB BG IV PE SN ST WH GY DP UD SF RL BS LP CN  II OB  CA "
    # 3227
    "162 14 7 19 11 27 28 35 1 8 9 10 20 "
    # 3055, 66
    "91 92 90 UL 54 21 XX 86 87 89 "
    # 6063, 673, 859
    "153 145 17 26 61 210 217 243 12 21 33 46 48 73 83 97 98 113 124 131 144 146 152 156 157 158 192 193 194 195 197 "
    "198 200 205 32E 02 29 34 36 38 39 63 72 76 32 BQ IQ QH QS QA QR QP QU QI QO QB QE QC QD QT QZ QW QL QM QN "
    "QX QK QF QJ Q1 Q2 Q3  TS OH HL BT OP OF WQ OQ PO LS DG N4 OC TO 99  "
    # 2005, 374, 2379
    "137 90 91 356 366 194 206 171 179 361 2 3 4 50 263 324 357 36 358   65 69 007 090 091 097 003 004  036 "
    "371 327 011 002 164  197 102 203 101 610 616 718 711 717 716  RD8  "
    # 7143, 235
    "EN SRV UP UK UI EAN EU IN BP VP VC MG SK ND IZ ZZ UX UA CB RK UD VA SZ CG HI MN EM PV PD AC IB LI BN "
    # 6411, 355
    "PCE EA KGM C62 CT CS LB FT BX DZ PK LTR MTR NAR PF UN "
    # 5125, 5387, 236, 6347, 6343
    "AAA AAB AAE AAF NTP INV CAL RTP GRP RES DIS SRP ABE UCP MSR CON WHL CAT ACT PE TE "
    # 1153, 128, 5025, 7491, 4501
    "ON AEN CR AAK ALO DQ PL  LT IA IK  IO FI WS BT SER 203 66 146 5 6 S G H F "
).split()

CODES = tuple(dict.fromkeys(_CODES))

CLASSES = (
    [f"digits:{n}" for n in range(1, 21)] + ["date:8", "date:6", "date:12", "date:16", "range"]
    + ["decimal", "negative", "negative-decimal"]
    + [f"letters:{n}" for n in ("1", "2", "3", "4", "5-8", "9+")]
    + [f"mixed:{n}" for n in ("2", "3", "4", "5-8", "9-12", "13+")]
    + ["text:short", "text:long"] + [f"other:{n}" for n in ("1-4", "5-8", "9-15", "16+")]
)  # fmt: skip

_VOCABULARY = (
    ["<pad>", "<bos>", "<sep>", "<eos>", "<row>", "<none>", "<next>", "<empty>", "<tag?>"]
    + [f"<{kind}>" for kind in KINDS] + [f"<{name}>" for name in TYPES] + [f"<{field}>" for field in FIELDS]
    + [f"tag {tag}" for tag in TAGS] + [f"code {code}" for code in CODES] + [f"class {name}" for name in CLASSES]
    + ["<more>"]
)  # fmt: skip
_ID = {token: number for number, token in enumerate(_VOCABULARY)}
PAD, BOS, SEP, EOS, ROW, NONE, NEXT, EMPTY, OTHER_TAG = range(9)
MORE = _ID["<more>"]
FIELD = {field: _ID[f"<{field}>"] for field in FIELDS}
FIELD_OF = {token: field for field, token in FIELD.items()}
MARK = -(-len(_VOCABULARY) // 32) * 32  # room to spare, so that the matrix has a round size
VOCABULARY_SIZE = MARK + MARKERS
_TAG_ID = {tag: _ID[f"tag {tag}"] for tag in TAGS}
_CODE_ID = {code: _ID[f"code {code}"] for code in CODES}
_CLASS_ID = {name: _ID[f"class {name}"] for name in CLASSES}
_TAG_OF = {number: tag for tag, number in _TAG_ID.items()} | {OTHER_TAG: "?"}
_CODE_OF = {number: code for code, number in _CODE_ID.items()}
_FIELD_RANK = {field: rank for rank, field in enumerate(FIELDS)}

# Where a number is a value and never a code, so that 145 pieces do not look like qualifier 145.
_EDIFACT_VALUE = {
    ("LIN", 0, 0), ("LIN", 2, 0), ("NAD", 1, 0), ("LOC", 1, 0), ("BGM", 1, 0),
    ("QTY", 0, 1), ("DTM", 0, 1), ("PRI", 0, 1), ("MOA", 0, 1), ("RFF", 0, 1), ("QTY", 1, 0), ("LIN", 1, 0),
}  # fmt: skip
_X12_VALUE = {
    ("QTY", 1), ("ZA", 1), ("ZA", 4), ("SCH", 0), ("SCH", 3), ("N1", 1), ("N1", 3), ("REF", 1), ("REF", 2), ("XQ", 1),
    ("XQ", 2), ("XQ", 3), ("BIA", 2), ("BIA", 3), ("BIA", 4), ("BPT", 1), ("BPT", 2), ("DTM", 1), ("CTP", 2), ("N9", 1),
    ("UIT", 1), ("AMT", 1), ("LIN", 0),
}  # fmt: skip

_NUMBER = re.compile(r"([+-]?)(\d*)(?:([.,])(\d*))?(-?)")
_RANGE = re.compile(r"\d{6,8}-\d{6,8}")


def _is_value_slot(x12: bool, tag: str, element: int, component: int) -> bool:
    if not x12:
        return (tag, element, component) in _EDIFACT_VALUE or (tag in ("PIA", "GIN") and element > 0 and not component)
    if tag == "SDQ":
        return element > 1
    return (tag, element) in _X12_VALUE or (tag == "LIN" and element % 2 == 0)


def _is_day(text: str) -> bool:
    return 1 <= int(text[-4:-2]) <= 12 and 1 <= int(text[-2:]) <= 31


def _bucket(length: int, bounds: Sequence[int], names: Sequence[str]) -> str:
    for bound, name in zip(bounds, names, strict=False):
        if length <= bound:
            return name
    return names[-1]


def classify(value: str) -> str:
    """The class of a value: what a reader sees of it without reading it. `value` is not empty."""
    if value.isdecimal() and value.isascii():
        length = len(value)
        if length == 8 and value[:2] in ("19", "20") and _is_day(value):
            return "date:8"
        if length == 6 and _is_day(value):
            return "date:6"
        if length == 12 and value[:2] in ("19", "20") and _is_day(value[:8]):
            return "date:12"
        if length == 16 and value[:2] == "20" and value[8:10] == "20" and _is_day(value[:8]) and _is_day(value[8:]):
            return "date:16"
        return f"digits:{min(length, 20)}"
    number = _NUMBER.fullmatch(value)
    if number and (number[2] or number[4]):
        negative = number[1] == "-" or number[5] == "-"
        if number[3]:
            return "negative-decimal" if negative else "decimal"
        return "negative" if negative else f"digits:{min(len(number[2]), 20)}"
    if _RANGE.fullmatch(value):
        return "range"
    if " " in value:
        return "text:short" if len(value) <= 12 else "text:long"
    if value.isalpha():
        return "letters:" + _bucket(len(value), (1, 2, 3, 4, 8), ("1", "2", "3", "4", "5-8", "9+"))
    if value.isalnum():
        return "mixed:" + _bucket(len(value), (2, 3, 4, 8, 12), ("2", "3", "4", "5-8", "9-12", "13+"))
    return "other:" + _bucket(len(value), (4, 8, 15), ("1-4", "5-8", "9-15", "16+"))


def encode_chunk(
    kind: str, message_type: str, segments: Sequence[SegmentLike], offset: int = 0
) -> tuple[list[int], list[Position]]:
    """Render a chunk as a prompt: its token ids and, for each marker in turn, the position it stands behind.

    `offset` turns the numbering of the markers, so that training sees every marker in every place. Components beyond
    `MAX_COMPONENTS` are not shown.
    """
    x12 = message_type.isdigit()
    ids = [BOS, _ID[f"<{kind}>"], _ID[f"<{message_type}>"]]
    positions: list[Position] = []
    append = ids.append
    for number, segment in enumerate(segments):
        tag = segment.tag
        append(_TAG_ID.get(tag, OTHER_TAG))
        gap = 0  # separators not yet written: trailing empty places cost nothing
        for e, element in enumerate(segment.elements):
            if not x12 and e:
                gap += 1
            empty = 0
            for c, value in enumerate(element):
                if not value:
                    empty += 1
                    continue
                if len(positions) == MAX_COMPONENTS:
                    return [*ids, SEP], positions
                if gap:
                    ids.extend([NEXT if not x12 else EMPTY] * gap)
                    gap = 0
                if x12 and c:
                    append(NEXT)
                elif not x12 and empty:
                    ids.extend([EMPTY] * empty)
                empty = 0
                code = None if value.isdecimal() and _is_value_slot(x12, tag, e, c) else _CODE_ID.get(value)
                append(_CLASS_ID[classify(value)] if code is None else code)
                append(MARK + (len(positions) + offset) % MARKERS)
                positions.append((number, e, c))
            if x12 and not any(element):
                gap += 1
    append(SEP)
    return ids, positions


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
    return found


def beside(field: str, record: Record, x12: bool, segments: Sequence[SegmentLike]) -> Position | None:
    """Where the standard puts a field, seen from its anchor in the same record; None where that place is empty."""
    if field in ("qualifier", "unit", "location"):
        s, e, c = record["quantity"]
        tag = segments[s].tag
        if not x12:
            if field == "qualifier":
                return _stated(segments, s, e, c - 1) if c else _stated(segments, s, e - 1, 0)
            return _stated(segments, s, e, c + 1) if field == "unit" else None
        if tag not in ("SDQ", "SCH", "REF"):
            return None if field == "location" else _stated(segments, s, e - 1 if field == "qualifier" else e + 1, 0)
        activity = _activity(segments, s)
        if field == "qualifier":
            return _stated(segments, activity, 0, 0)
        if field == "unit":
            return _stated(segments, s, 0, 0) if tag == "SDQ" else _stated(segments, s, 1, 0) if tag == "SCH" \
                else _stated(segments, activity, 2, 0) or _unit_segment(segments, activity)  # fmt: skip
        return _stated(segments, s, {"SDQ": e - 1, "SCH": 3, "REF": 1}[tag], 0)
    anchor = {"location_type": "location", "item_type": "item", "price_type": "price", "end": "start"}[field]
    s, e, c = record[anchor]
    if field == "end":
        return s, e, c
    if not x12:
        step = {"location_type": 2, "item_type": 1, "price_type": -1}[field]
        return _stated(segments, s, e, c + step)
    tag = segments[s].tag
    if field == "location_type":
        if tag == "SDQ":
            return _stated(segments, s, 1, 0)
        return None if tag == "N1" and e != 3 else _stated(segments, s, e - 1, 0)
    return _stated(segments, s, e + 1 if tag == "UIT" else e - 1, 0)


_ANCHOR = {
    "qualifier": "quantity", "unit": "quantity", "location_type": "location", "item_type": "item",
    "price_type": "price", "end": "start",
}  # fmt: skip
_SPLITS = ("SDQ", "SCH", "REF")


def _expected(
    field: str, given: set[str], record: Record, previous: Record, x12: bool, segments: Sequence[SegmentLike]
) -> Position | None:
    """What a field is when the answer does not mention it."""
    anchor = _ANCHOR.get(field)
    if field == "location" and x12 and "quantity" in given and "quantity" in record:
        anchor = "quantity" if segments[record["quantity"][0]].tag in _SPLITS else None
    if anchor and anchor in given:
        return beside(field, record, x12, segments) if anchor in record else None
    return previous.get(field)


def _next_part(record: Record, segments: Sequence[SegmentLike]) -> Position | None:
    """Where the quantity after this one stands, for a quantity of a split: the next pair, SCH or REF."""
    s, e, _ = record["quantity"]
    tag = segments[s].tag
    if tag == "SDQ" and (following := _stated(segments, s, e + 2, 0)):
        return following
    if tag not in _SPLITS or s + 1 >= len(segments) or segments[s + 1].tag != tag:
        return None
    if tag == "REF" and segments[s + 1].elements[:1] != segments[s].elements[:1]:
        return None
    return _stated(segments, s + 1, {"SDQ": 3, "SCH": 0, "REF": 2}[tag], 0)


def _continue(record: Record, x12: bool, segments: Sequence[SegmentLike]) -> Iterator[Record]:
    """The records of the parts beside a record's, read as it was."""
    while x12 and "quantity" in record and (place := _next_part(record, segments)):
        record = _complete({"quantity": place}, record, x12, segments)
        yield record


def _is_inside_part(place: Position, given: set[str], record: Record) -> bool:
    """Whether a place stands in the segment of the quantity that the record itself states."""
    return "quantity" in given and "quantity" in record and place[0] == record["quantity"][0]


def _complete(
    stated: dict[str, Position | None], previous: Record, x12: bool, segments: Sequence[SegmentLike]
) -> Record:
    """A record from the fields that an answer states and the record before."""
    record: Record = {}
    given: set[str] = set()
    for field in FIELDS:
        if field in stated:
            actual = stated[field]
            given.add(field)
        else:
            actual = _expected(field, given, record, previous, x12, segments)
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
    x12 = message_type.isdigit()
    marker = {position: MARK + (i + offset) % MARKERS for i, position in enumerate(positions)}
    out: list[int] = []
    previous: Record = {}
    number = 0
    while number < len(records):
        record = records[number]
        if number:
            out.append(ROW)
        given: set[str] = set()
        for field in FIELDS:
            actual = record.get(field)
            if actual == _expected(field, given, record, previous, x12, segments):
                if field == "location" and actual and _is_inside_part(actual, given, record):
                    given.add(field)
                continue
            out += [FIELD[field], NONE if actual is None else marker[actual]]
            given.add(field)
        number += 1
        previous = record
        parts = list(_continue(record, x12, segments))
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
    x12 = message_type.isdigit()
    records: list[Record] = []
    previous: Record = {}
    for row in _split(tokens[:-1]):
        more = bool(row) and row[-1] == MORE
        if more:
            row = row[:-1]
        stated: dict[str, Position | None] = {}
        rank = -1
        for field_token, value_token in zip(row[::2], row[1::2], strict=True):
            field = FIELD_OF.get(field_token)
            if field is None or _FIELD_RANK[field] <= rank:
                raise ValueError("the answer does not list its fields in order")
            rank = _FIELD_RANK[field]
            index = (value_token - MARK - offset) % MARKERS
            if value_token != NONE and (value_token < MARK or index >= len(positions)):
                raise ValueError("the answer points at nothing")
            stated[field] = None if value_token == NONE else positions[index]
        records.append(_complete(stated, previous, x12, segments))
        if more:
            records += _continue(records[-1], x12, segments)
        previous = records[-1]
    return records


def _split(tokens: Sequence[int]) -> Iterator[Sequence[int]]:
    if not tokens:
        return
    start = 0
    for i, token in enumerate(tokens):
        if token == ROW:
            yield tokens[start:i]
            start = i + 1
    yield tokens[start:]


def name_tag(token: int) -> str | None:
    """The tag that a token of a prompt stands for, `?` for one that is not known, None where it is no tag."""
    return _TAG_OF.get(token)


def name_code(token: int) -> str | None:
    """The code that a token of a prompt shows, None where it shows a class of values or anything else."""
    return _CODE_OF.get(token)


def name_kind(token: int) -> str:
    """header, group or line: the second token of a prompt."""
    return _VOCABULARY[token][1:-1]


def name_type(token: int) -> str:
    """The message type: the third token of a prompt."""
    return _VOCABULARY[token][1:-1]
