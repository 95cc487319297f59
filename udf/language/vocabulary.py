"""The tokens of the tiny compiler: tags, codes, classes of values, markers, and the fields of an answer."""

from udf.edi.tags import MESSAGE_TAGS
from udf.reading import FIELDS, KINDS, TYPES

Bundle = tuple[int, int, int, int, int, int, int]
"""The tokens of one position of a prompt, those that are missing as `PAD`; see `SHOWN` and those after it."""
Bundles = tuple[Bundle, ...]
MARKERS = 128
ELEMENTS, COMPONENTS = 32, 10
"""Elements and components that a bundle can number; what stands behind them has the last number."""

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

_LATER_CODES = "PN LU 184 CO DI SB RS TR 64 018".split()
"""Codes that came later: they stand behind all others, so that what was learnt of those begins with their numbers."""
CODES = tuple(dict.fromkeys((*_CODES, *_LATER_CODES)))

CLASSES = (
    [f"digits:{n}" for n in range(1, 21)] + ["date:8", "date:6", "date:12", "date:16", "range"]
    + ["decimal", "negative", "negative-decimal"]
    + [f"letters:{n}" for n in ("1", "2", "3", "4", "5-8", "9+")]
    + [f"mixed:{n}" for n in ("2", "3", "4", "5-8", "9-12", "13+")]
    + ["text:short", "text:long"] + [f"other:{n}" for n in ("1-4", "5-8", "9-15", "16+")]
)  # fmt: skip

SPREADS = ("once", *(f"{how} {often}" for how in ("same", "different", "some") for often in ("few", "each", "many")))
"""How the values of one place are spread over a message: one alone, or all the same, all different or some the same,
for fewer than its lines, for each of them, or more often."""

_SPECIAL = ("<pad>", "<bos>", "<sep>", "<first>", "<tag?>")
_CONTROLS = ("<eos>", "<more>", *(f"<{field}>" for field in FIELDS))
_NAMED = (
    [*_SPECIAL, *_CONTROLS] + [f"<{kind}>" for kind in KINDS] + [f"<{name}>" for name in TYPES]
    + [f"tag {tag}" for tag in MESSAGE_TAGS] + [f"code {code}" for code in CODES if code not in _LATER_CODES]
    + [f"class {name}" for name in CLASSES]
    + [f"element {n}" for n in range(ELEMENTS)] + [f"component {n}" for n in range(COMPONENTS)]
    + [f"code {code}" for code in _LATER_CODES] + ["<open>"] + [f"spread {name}" for name in SPREADS]
    + ["<meaning>"]
)  # fmt: skip
NONE = -(-(len(_NAMED) + 1) // 32) * 32 - 1  # room to spare, so that the matrix has a round size
MARK = NONE + 1
VOCABULARY_SIZE = MARK + MARKERS
VOCABULARY = (
    *_NAMED, *(f"<spare {n}>" for n in range(len(_NAMED), NONE)), "<none>", *(f"marker {n}" for n in range(MARKERS))
)  # fmt: skip
"""The name of each token."""
TOKEN_ID = {token: number for number, token in enumerate(VOCABULARY)}
PAD, BOS, SEP, FIRST, OTHER_TAG = range(len(_SPECIAL))
EOS, MORE = TOKEN_ID["<eos>"], TOKEN_ID["<more>"]
CONTROLS = range(EOS, EOS + len(_CONTROLS))
"""The tokens that decide a step of an answer: end it, continue a split, or name a field."""
POINTERS = range(NONE, VOCABULARY_SIZE)
"""The tokens that a field may be given."""
FIELD = {field: TOKEN_ID[f"<{field}>"] for field in FIELDS}
FIELD_OF = {token: field for field, token in FIELD.items()}
TAG_ID = {tag: TOKEN_ID[f"tag {tag}"] for tag in MESSAGE_TAGS}
CODE_ID = {code: TOKEN_ID[f"code {code}"] for code in CODES}
CLASS_ID = {name: TOKEN_ID[f"class {name}"] for name in CLASSES}
OPEN = TOKEN_ID["<open>"]
"""Says of a prompt that the standards do not decide what it shows: the answer is a proposal."""
MEANING = TOKEN_ID["<meaning>"]
"""Says of a prompt that it asks what a quantity means."""
SPREAD_ID = {name: TOKEN_ID[f"spread {name}"] for name in SPREADS}
ELEMENT_ID = [TOKEN_ID[f"element {n}"] for n in range(ELEMENTS)]
COMPONENT_ID = [TOKEN_ID[f"component {n}"] for n in range(COMPONENTS)]
_TAG_OF = {number: tag for tag, number in TAG_ID.items()} | {OTHER_TAG: "?"}
_CODE_OF = {number: code for code, number in CODE_ID.items()}
FIELD_RANK = {field: rank for rank, field in enumerate(FIELDS)}
SHOWN, MARKER, TAG, ELEMENT, COMPONENT, OPENING, SPREAD = range(7)
MODE = 3
"""What the places of a bundle hold: class or code, marker, tag, element, component, `FIRST` where a segment begins, and
in an open prompt how the values of that place are spread over the message; of the first bundle `MODE` is the place of
`OPEN` or `MEANING`.

A segment that shows no component is a bundle of its tag alone. The first bundle of a prompt is (`BOS`, kind, type), of
an open one with `OPEN` behind it, the last one `SEP`, each with pads.
"""


def count_markers(prompt: Bundles) -> int:
    """How many components a prompt shows."""
    return sum(bundle[MARKER] != PAD for bundle in prompt[1:])


def name_tag(token: int) -> str:
    """The tag that a token of a prompt stands for, `?` for one that is not known. Raises KeyError."""
    return _TAG_OF[token]


def number_element(token: int) -> int:
    """The number of an element from 0, -1 for `PAD`."""
    return token - ELEMENT_ID[0] if token else -1


def number_component(token: int) -> int:
    """The number of a component from 0, -1 for `PAD`."""
    return token - COMPONENT_ID[0] if token else -1


def name_code(token: int) -> str | None:
    """The code that a token of a prompt shows, None where it shows a class of values or anything else."""
    return _CODE_OF.get(token)


def name_kind(token: int) -> str:
    """header, group or line: the second token of a prompt's first bundle."""
    return VOCABULARY[token][1:-1]


def name_type(token: int) -> str:
    """The message type: the third token of a prompt's first bundle."""
    return VOCABULARY[token][1:-1]
