"""A partner that names its store in a segment and its sales by a code of its own, and its approved layout."""

from collections.abc import Sequence
from typing import Any

from tests.unit.plans.routes import EDIFACT, LINES, Line, write_report
from udf.language.outline import cut_by_outline
from udf.message import Message, read_message
from udf.outcome import Envelope, Proposal
from udf.proposal import make_proposal
from udf.reading import Record
from udf.standards.reference import Decision, load_reference

STORE = "4012345000030"
OWN_CODE, SOLD = "Z9", "sold"


def write_strange(lines: Sequence[Line] = LINES, number: int = 1, store: str = STORE, code: str = OWN_CODE) -> str:
    """`write_report` as this partner sends it."""
    plain = write_report(lines, number, store)
    return plain.replace(f"LOC+162+{store}::9", f"Z10+{store}").replace("QTY+153", f"QTY+{code}")


def read(text: str, envelope: Envelope = EDIFACT) -> Message:
    return read_message(text, envelope, load_reference())


def find(message: Message, tag: str, code: str = "") -> int:
    """The first segment of a tag, with a qualifier where one is given."""
    return next(i for i, s in enumerate(message.segments) if s.tag == tag and code in ("", s.value(0)))


def propose(text: str | None = None, envelope: Envelope = EDIFACT, place: str = "Z10") -> Proposal:
    """The proposal of a right reading of such a message; `place` is the tag of the segment that names the store."""
    message = read(write_strange() if text is None else text, envelope)
    chunks = cut_by_outline(message.segments, message.setting.message_type)
    above: Record = {
        "location": (find(message, place), *((0, 0) if place == "Z10" else (1, 0))),
        "start": (find(message, "DTM", "90"), 0, 1), "end": (find(message, "DTM", "91"), 0, 1),
    }  # fmt: skip
    lines = []
    for line in chunks.lines:
        lin, qty = line.first, line.first + 1
        own: Record = {
            "item": (lin, 2, 0), "item_type": (lin, 2, 1), "quantity": (qty, 0, 1), "qualifier": (qty, 0, 0),
            "unit": (qty, 0, 2), "price": (qty + 1, 0, 1), "price_type": (qty + 1, 0, 0),
        }  # fmt: skip
        lines.append([(above | own, dict.fromkeys(above, "header") | dict.fromkeys(own, "line"))])
    return make_proposal(message, lines, chunks)


def decision_of(proposal: Proposal, measure: str = SOLD, review: int = 7, partner: str | None = None) -> Decision:
    """The decision of a person who approves it, and says what each code of nobody's means."""
    approve = proposal.approve
    row: dict[str, Any] = {name: approve[name] for name in ("layout", "reading", "plan")}
    row["meanings"] = [{**meaning, "measure": measure} for meaning in approve["meanings"]]
    return Decision(review, "layout", partner or EDIFACT.sender or "", approve["message_type"], row)
