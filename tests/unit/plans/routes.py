"""What the tests of plans share: both routes of a message, and reports to send along them."""

import json
from collections.abc import Callable, Sequence

from udf.compiler import Compiler
from udf.outcome import CompiledRow, Envelope
from udf.plans.book import PlanBook
from udf.plans.plan import PROOFS
from udf.standards.reference import load_reference

EDIFACT = Envelope(standard="EDIFACT", sender="4012345000016")
X12 = Envelope(standard="X12", sender="PRAIRIEMART", version="004010")
GTINS = ("4006381333931", "9501101530003", "5449000000996", "4012345000047", "4000862141404")
UPCS = ("614141100019", "614141100026", "614141100033", "614141100040", "614141100057")
BEGINNING = ("BGM+73E+D#+9", "DTM+137:20261109:102", "DTM+90:20261102:102", "DTM+91:20261108:102")
PLACE = "LOC+162+4012345000030::9"
SOLD = [*BEGINNING, PLACE]
STOCK = ("BGM+35+I#+9", "DTM+137:20261109:102", "DTM+366:20261108:102")
STOCKED = [*STOCK, "NAD+WH+4012345000030::9"]
ACTIVITY = ["XQ*H*20261102*20261108", "N1*ST**92*0101"]
INQUIRY = ["BIA*00*SI*I#*20261108", "N1*WH**92*0101"]
Write = Callable[[int, Sequence[str]], str]
Line = tuple[str, str, str]
"""Item, pieces, price."""
LINES: list[Line] = [(GTINS[0], "12", "1.25"), (GTINS[1], "7", "3")]


def write_report(lines: Sequence[Line] = LINES, number: int = 1, store: str = "4012345000030") -> str:
    """What was sold in one store."""
    rows = [
        f"UNH+{number}+SLSRPT:D:96A:UN:EAN004", f"BGM+73E+SLS{number}+9", "DTM+137:20261109:102",
        "DTM+90:20261102:102", "DTM+91:20261108:102", "NAD+SE+4012345000023::9", f"LOC+162+{store}::9",
    ]  # fmt: skip
    for count, (item, pieces, price) in enumerate(lines, 1):
        rows += [f"LIN+{count}++{item}:EN", f"QTY+153:{pieces}:PCE", f"PRI+AAA:{price}"]
    return "'".join([*rows, f"UNT+{len(rows) + 1}+{number}'"])


def write_edifact(number: int, rows: Sequence[str], kind: str = "SLSRPT") -> str:
    """A message of these segments; `#` becomes its number."""
    whole = [f"UNH+{number}+{kind}:D:96A:UN:EAN004", *(row.replace("#", str(number)) for row in rows)]
    return "'".join([*whole, f"UNT+{len(whole) + 1}+{number}'"])


def write_stock(number: int, rows: Sequence[str]) -> str:
    """As `write_edifact`, an INVRPT."""
    return write_edifact(number, rows, "INVRPT")


def write_x12(kind: str) -> Write:
    """As `write_edifact`, for transaction sets of a type."""

    def write(number: int, rows: Sequence[str]) -> str:
        whole = [f"ST*{kind}*{number:04}", *(row.replace("#", str(number)) for row in rows)]
        return "~".join([*whole, f"SE*{len(whole) + 1}*{number:04}~"])

    return write


def line(number: int = 1, *rows: str, pieces: str = "12") -> list[str]:
    """Pieces sold of an item, and what else its line states."""
    return [f"LIN+{number}++{GTINS[number - 1]}:EN", f"QTY+153:{pieces}:PCE", *rows]


def held(number: int, *rows: str) -> list[str]:
    """A line of an item that states this."""
    return [f"LIN+{number}++{GTINS[number - 1]}:EN", *rows]


def shop(place: str, *pieces: int) -> list[str]:
    """A place and the pieces that it sold, a line each."""
    lines = [row for number, sold in enumerate(pieces, 1) for row in line(number, pieces=str(sold))]
    return [f"LOC+162+{place}::9", *lines]


class Routes:
    """A compiler with plans and one without, which read by the same rules."""

    def __init__(self, envelope: Envelope = EDIFACT, shadow: int = 0) -> None:
        self.envelope = envelope
        self.book = PlanBook(load_reference(), shadow)
        self.planned = Compiler(None, plans=self.book)
        self.bare = Compiler(None)

    def read(self, text: str, envelope: Envelope | None = None) -> CompiledRow:
        """With plans, which learn from it."""
        return self.planned.compile_rows([text], [envelope or self.envelope])[0]

    def read_bare(self, text: str, envelope: Envelope | None = None) -> CompiledRow:
        """Without plans."""
        return self.bare.compile_rows([text], [envelope or self.envelope])[0]

    def compare(self, text: str) -> CompiledRow:
        """The outcome of a text, which is the same by both routes."""
        row, other = self.read(text), self.read_bare(text)
        assert (row.is_valid, row.is_complete) == (other.is_valid, other.is_complete)
        assert json.loads(row.problems) == json.loads(other.problems)
        assert row.document == other.document
        return row

    def teach(self, write: Write, *lessons: Sequence[str], runs: bool = True) -> "Routes":
        """Send messages of these segments until plans read them."""
        for number in range(1, PROOFS + 1):
            for lesson in lessons:
                row = self.read(write(number, lesson))
                assert row.is_complete, (row.problems, row.rejected_lines)
        if runs:
            for lesson in lessons:
                assert self.compare(write(9, lesson)).route == "plan"
        return self


def teach_reports() -> Routes:
    """Routes whose plans know `write_report`."""
    routes = Routes()
    for number in range(1, PROOFS + 1):
        assert routes.read(write_report(number=number)).route == "model"
    return routes
