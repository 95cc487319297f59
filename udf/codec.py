"""Tokens, prompt and record format of the tiny compiler: the one place where training and inference meet.

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

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

Position = tuple[int, int, int]
"""(segment in the chunk, element after the tag, component), all from 0."""
Bundle = tuple[int, int, int, int, int, int]
"""The tokens of one position of a prompt, those that are missing as `PAD`; see `SHOWN` and those after it."""
Bundles = tuple[Bundle, ...]
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
ELEMENTS, COMPONENTS = 32, 10
"""Elements and components that a bundle can number; what stands behind them has the last number."""
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

_SPECIAL = ("<pad>", "<bos>", "<sep>", "<first>", "<tag?>")
_CONTROLS = ("<eos>", "<more>", *(f"<{field}>" for field in FIELDS))
_NAMED = (
    [*_SPECIAL, *_CONTROLS] + [f"<{kind}>" for kind in KINDS] + [f"<{name}>" for name in TYPES]
    + [f"tag {tag}" for tag in TAGS] + [f"code {code}" for code in CODES] + [f"class {name}" for name in CLASSES]
    + [f"element {n}" for n in range(ELEMENTS)] + [f"component {n}" for n in range(COMPONENTS)]
)  # fmt: skip
NONE = -(-(len(_NAMED) + 1) // 32) * 32 - 1  # room to spare, so that the matrix has a round size
MARK = NONE + 1
VOCABULARY_SIZE = MARK + MARKERS
VOCABULARY = (
    *_NAMED, *(f"<spare {n}>" for n in range(len(_NAMED), NONE)), "<none>", *(f"marker {n}" for n in range(MARKERS))
)  # fmt: skip
"""The name of each token."""
_ID = {token: number for number, token in enumerate(VOCABULARY)}
PAD, BOS, SEP, FIRST, OTHER_TAG = range(len(_SPECIAL))
EOS, MORE = _ID["<eos>"], _ID["<more>"]
CONTROLS = range(EOS, EOS + len(_CONTROLS))
"""The tokens that decide a step of an answer: end it, continue a split, or name a field."""
POINTERS = range(NONE, VOCABULARY_SIZE)
"""The tokens that a field may be given."""
FIELD = {field: _ID[f"<{field}>"] for field in FIELDS}
FIELD_OF = {token: field for field, token in FIELD.items()}
_TAG_ID = {tag: _ID[f"tag {tag}"] for tag in TAGS}
_CODE_ID = {code: _ID[f"code {code}"] for code in CODES}
_CLASS_ID = {name: _ID[f"class {name}"] for name in CLASSES}
_ELEMENT_ID = [_ID[f"element {n}"] for n in range(ELEMENTS)]
_COMPONENT_ID = [_ID[f"component {n}"] for n in range(COMPONENTS)]
_TAG_OF = {number: tag for tag, number in _TAG_ID.items()} | {OTHER_TAG: "?"}
_CODE_OF = {number: code for code, number in _CODE_ID.items()}
_FIELD_RANK = {field: rank for rank, field in enumerate(FIELDS)}
SHOWN, MARKER, TAG, ELEMENT, COMPONENT, OPENING = range(6)
"""What the places of a bundle hold: class or code, marker, tag, element, component, `FIRST` where a segment begins.

A segment that shows no component is a bundle of its tag alone. The first bundle of a prompt is (`BOS`, kind, type), the
last one `SEP`, each with pads.
"""

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
) -> tuple[Bundles, list[Position]]:
    """Render a chunk as a prompt: its bundles and, for each marker in turn, the position it stands for.

    `offset` turns the numbering of the markers, so that training sees every marker in every place. Components beyond
    `MAX_COMPONENTS` are not shown.
    """
    x12 = message_type.isdigit()
    bundles: list[Bundle] = [(BOS, _ID[f"<{kind}>"], _ID[f"<{message_type}>"], PAD, PAD, PAD)]
    positions: list[Position] = []
    for number, segment in enumerate(segments):
        name = segment.tag
        tag, opening = _TAG_ID.get(name, OTHER_TAG), FIRST
        for e, element in enumerate(segment.elements):
            for c, value in enumerate(element):
                if not value:
                    continue
                if len(positions) == MAX_COMPONENTS:
                    return (*bundles, _LAST), positions
                code = None if value.isdecimal() and _is_value_slot(x12, name, e, c) else _CODE_ID.get(value)
                shown = _CLASS_ID[classify(value)] if code is None else code
                marker = MARK + (len(positions) + offset) % MARKERS
                place = _ELEMENT_ID[min(e, ELEMENTS - 1)], _COMPONENT_ID[min(c, COMPONENTS - 1)]
                bundles.append((shown, marker, tag, *place, opening))
                positions.append((number, e, c))
                opening = PAD
        if opening == FIRST:
            bundles.append((PAD, PAD, tag, PAD, PAD, FIRST))
    return (*bundles, _LAST), positions


_LAST: Bundle = (SEP, PAD, PAD, PAD, PAD, PAD)


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
            if field == "unit":
                return _stated(segments, s, e + 1, 0) or (_unit_segment(segments, s) if tag == "QTY" else None)
            return _stated(segments, s, e - 1, 0) if field == "qualifier" else None
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
        given: set[str] = set()
        for field in FIELDS:
            actual = record.get(field)
            begins = field == "quantity" and (number > 0 or actual is not None)
            if not begins and actual == _expected(field, given, record, previous, x12, segments):
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
        more = row[-1] == MORE
        if more:
            row = row[:-1]
        stated: dict[str, Position | None] = {}
        rank = -1
        for control, pointer in pair_tokens(row):
            field = FIELD_OF.get(control)
            if field is None or _FIELD_RANK[field] <= rank:
                raise ValueError("the answer does not list its fields in order")
            rank = _FIELD_RANK[field]
            index = (pointer - MARK - offset) % MARKERS
            if pointer != NONE and (pointer < MARK or index >= len(positions)):
                raise ValueError("the answer points at nothing")
            stated[field] = None if pointer == NONE else positions[index]
        records.append(_complete(stated, previous, x12, segments))
        if more:
            records += _continue(records[-1], x12, segments)
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


def count_markers(prompt: Bundles) -> int:
    """How many components a prompt shows."""
    return sum(bundle[MARKER] != PAD for bundle in prompt)


def name_tag(token: int) -> str:
    """The tag that a token of a prompt stands for, `?` for one that is not known. Raises KeyError."""
    return _TAG_OF[token]


def number_element(token: int) -> int:
    """The number of an element from 0, -1 for `PAD`."""
    return token - _ELEMENT_ID[0] if token else -1


def number_component(token: int) -> int:
    """The number of a component from 0, -1 for `PAD`."""
    return token - _COMPONENT_ID[0] if token else -1


def name_code(token: int) -> str | None:
    """The code that a token of a prompt shows, None where it shows a class of values or anything else."""
    return _CODE_OF.get(token)


def name_kind(token: int) -> str:
    """header, group or line: the second token of a prompt's first bundle."""
    return VOCABULARY[token][1:-1]


def name_type(token: int) -> str:
    """The message type: the third token of a prompt's first bundle."""
    return VOCABULARY[token][1:-1]
