"""What is odd about the proved lines of a message without being wrong, for a person to know."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from udf.document import FLOWS
from udf.findings import Finding
from udf.outcome import Envelope, Line
from udf.standards.items import has_check_digit, is_gs1_key
from udf.standards.quantities import PIECES


@dataclass(slots=True)
class LineCounts:
    """What is counted over the lines of a message, for warnings that speak of all of them."""

    unmapped: defaultdict[str | None, int] = field(default_factory=lambda: defaultdict(int))
    wrong_items: list[str] = field(default_factory=list)
    placed: set[str | None] = field(default_factory=set)
    """Qualifiers of quantities that have a place, and of those that have none."""
    unplaced: defaultdict[str | None, int] = field(default_factory=lambda: defaultdict(int))
    typeless: int = 0
    undated: int = 0

    def note(self, line: Line) -> None:
        """Count what a line leaves open."""
        if line.measure == "unmapped":
            self.unmapped[line.qualifier] += 1
        if line.item_id and has_check_digit(line.item_id_type) and not is_gs1_key(line.item_id):
            self.wrong_items.append(line.item_id)
        if line.location_id is None:
            self.unplaced[line.qualifier] += 1
        else:
            self.placed.add(line.qualifier)
        self.typeless += line.item_id_type is None
        self.undated += line.period_end is None and line.as_of_date is None


def summarise_lines(counts: LineCounts) -> list[Finding]:
    """What a person should know about the lines of a message as a whole."""
    findings = [
        Finding(
            "unmapped-quantity-qualifier",
            f"The reference table does not say what {qualifier} means ({count} lines).",
        )
        for qualifier, count in counts.unmapped.items()
    ]
    wrong = counts.wrong_items
    if wrong:
        detail = f"{len(wrong)} lines have an item whose check digit is wrong, the first is {wrong[0]}."
        findings.append(Finding("gtin-check-digit", detail))
    bare = counts.placed & counts.unplaced.keys()
    if bare:
        detail = f"Some quantities of the code {min(map(str, bare))} have a place and others have none."
        findings.append(Finding("place-missing", detail))
    for code, count, what in (
        ("item-type-not-stated", counts.typeless, "an item without a type"),
        ("location-not-stated", sum(counts.unplaced.values()), "no place"),
        ("period-not-stated", counts.undated, "no period or as-of date"),
    ):
        if count:
            findings.append(Finding(code, f"{count} lines have {what}."))
    return findings


class Doubts:
    """What is odd about proved lines without being wrong: counted by code, with the first of each."""

    def __init__(self, header: Mapping[str, Any], envelope: Envelope) -> None:
        """`header` may hold document_date, period_start and period_end; without the first its interchange's counts."""
        self._written = header.get("document_date") or _day_of(envelope)
        self._start, self._end = header.get("period_start"), header.get("period_end")
        self._odd: dict[str, tuple[int, str]] = {}

    def note(self, code: str, what: str, count: int = 1) -> None:
        """Some lines of one kind."""
        known, first = self._odd.get(code, (0, what))
        self._odd[code] = known + count, first

    def note_period(self, first: datetime.date, last: datetime.date, count: int = 1) -> None:
        """Lines of one period, if it is odd."""
        written, start, end = self._written, self._start, self._end
        far = written is not None and max(abs(last - written), abs(first - written)).days > _FAR
        if far or (last - first).days > _FAR:
            self.note("date-implausible", f"{first} to {last}", count)
        if start and end and (last < start or first > end):
            self.note("period-outside-header", f"{first} to {last}", count)

    def note_line(self, line: Line) -> None:
        """A proved line, if it is odd."""
        first, last = line.period_start or line.as_of_date, line.period_end or line.as_of_date
        if first and last:
            self.note_period(first, last)
        if line.unit in PIECES and line.quantity != line.quantity.to_integral_value():
            self.note("fraction-of-pieces", f"{line.quantity} {line.unit}")
        if "price_basis" in line.attributes:
            basis = line.attributes["price_basis"]
            self.note("price-basis", f"{line.attributes['price_as_sent']} ({basis})")
        if line.measure in ("on_hand", "available") and line.attributes.get("inventory_status") in ("2", "3", "4"):
            self.note("inventory-status", f"status {line.attributes['inventory_status']}")

    def findings(self) -> list[Finding]:
        """A warning for each code."""
        counted = ((code, *self._odd[code]) for code in _DOUBTS if code in self._odd)
        return [Finding(code, f"{_DOUBTS[code]}: {count} lines, first {first}.") for code, count, first in counted]


def _day_of(envelope: Envelope) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat((envelope.prepared_at or "")[:10])
    except ValueError:
        return None


_FAR = 400
"""Days: reports are of days, weeks, months, at most a year, and are written soon after."""
_DOUBTS = {
    "date-implausible": "The period is over a year long or over a year away from the date of the document or its file",
    "period-outside-header": "The line's period is outside the header's",
    "fraction-of-pieces": "The quantity is a fraction of a piece",
    "price-basis": "The price is not for one unit and was left out",
    "inventory-status": "INV says that the stock is damaged, bonded or reserved",
}


def repeated_stock(groups: Iterable[Sequence[Line]]) -> set[int]:
    """Numbers of the line groups whose stock stands twice for one item, place and date, and nothing tells them apart.

    Added up they are a wrong stock; whether they are parts, a total with a part or one line sent twice, only the
    partner knows. Sales may repeat: a register reports receipt by receipt.
    """
    seen: dict[bytes, int] = {}
    repeated: set[int] = set()
    for number, lines in enumerate(groups):
        for line in lines:
            if line.measure in FLOWS or line.measure == "unmapped":
                continue
            apart = tuple((k, v) for k, v in line.attributes.items() if not k.startswith(("amount", "description")))
            key = (
                *line.item_ids.items(), line.location_id, line.location_id_type, line.qualifier, line.unit,
                line.as_of_date, apart,
            )  # fmt: skip
            # a digest, since a message may have a hundred thousand of them
            earlier = seen.setdefault(
                blake2b(repr(key).encode("utf-8", "surrogatepass"), digest_size=16).digest(), number
            )
            if earlier != number:
                repeated |= {number, earlier}
    return repeated
