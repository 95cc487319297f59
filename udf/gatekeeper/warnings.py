"""What is odd about the proved lines of a message without being wrong, for a person to know; and stock stated twice."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from udf.findings import Finding
from udf.gatekeeper.values import has_wrong_check_digit, is_fraction_of_pieces, is_stated_again, stock_key
from udf.outcome import Envelope, Line
from udf.standards.codes import codes_of, is_listed_unit
from udf.standards.meanings import STATES, TRANSFERS
from udf.standards.message_types import MESSAGE_TYPES

Kind = tuple[str | None, str | None]
"""The codes of a quantity and of its transfer (X12 867 PTD01): a sale names a customer, a summary none."""
_FAR = 400
"""Days: reports are of days, weeks, months, at most a year, and are written soon after."""
_ODD = {
    "date-implausible": "The period is over a year long or over a year away from the date of the document or its file",
    "period-outside-header": "The line's period is outside the header's",
    "fraction-of-pieces": "The quantity is a fraction of a piece",
    "price-basis": "The price is not for one unit of its quantity",
    "price-not-preferred": "Of several prices nothing says which one is the price",
}
_ODD_GTINS = {
    "gtin-check-digit": "whose check digit is wrong",
    "gtin-not-a-number": "that its type calls a GTIN and that is no number",
}


class LineWarnings:
    """What is odd about proved lines: by code how many of them there are, and the first; and what they leave open."""

    def __init__(self, header: Mapping[str, Any], envelope: Envelope, message_type: str = "") -> None:
        """`header` may hold document_date, period_start and period_end; without the first its interchange's counts."""
        self._group = envelope.group_type if message_type else None
        self._message_type = message_type
        self._written = header.get("document_date") or _day_of(envelope)
        self._start, self._end = header.get("period_start"), header.get("period_end")
        self._odd: dict[str, tuple[int, str]] = {}
        self._unmapped: defaultdict[str, int] = defaultdict(int)
        self._placed: set[Kind] = set()
        self.unplaced: defaultdict[Kind, int] = defaultdict(int)
        """Lines without a place, by the code of their quantity and that of their PTD."""
        self._unlisted: defaultdict[str, int] = defaultdict(int)
        self._typeless = 0
        self._dated: set[str | None] = set()
        self._undated: defaultdict[str | None, int] = defaultdict(int)

    @property
    def leaves_open(self) -> bool:
        """Whether some line has no place or no day."""
        return bool(self.unplaced or self._undated)

    def note(self, line: Line) -> None:
        """A proved line."""
        self.note_form(line)
        if line.item_id:
            self.note_item(line.item_id, line.item_id_type)
        first, last = days_of(line)
        if first and last:
            self.note_period(first, last)
        self.note_quantity(line.quantity, line.unit)
        for code, what in find_odd_attributes(line):
            self._count(code, what)

    def note_form(self, line: Line, count: int = 1) -> None:
        """What so many lines like this one leave open, whatever their values are."""
        if line.measure == "unmapped":
            self._unmapped[name_code(line)] += count
        if line.location_id is None:
            self.unplaced[line.qualifier, line.attributes.get("transfer")] += count
        else:
            self._placed.add((line.qualifier, line.attributes.get("transfer")))
        if line.unit and not is_listed_unit(line.unit):
            self._unlisted[line.unit] += count
        self._typeless += count * (line.item_id_type is None)
        if line.period_end is None and line.as_of_date is None:
            self._undated[line.qualifier] += count
        else:
            self._dated.add(line.qualifier)

    def note_item(self, item: str, item_type: str | None, count: int = 1) -> None:
        """The item of so many lines, if its type promises a check digit and it has none or a wrong one."""
        if has_wrong_check_digit(item, item_type):
            is_number = item.isascii() and item.isdecimal()
            self._count("gtin-check-digit" if is_number else "gtin-not-a-number", item, count)

    def note_period(self, first: datetime.date, last: datetime.date, count: int = 1) -> None:
        """The period of so many lines, if it is odd."""
        written, start, end = self._written, self._start, self._end
        far = written is not None and max(abs(last - written), abs(first - written)).days > _FAR
        if far or (last - first).days > _FAR:
            self._count("date-implausible", f"{first} to {last}", count)
        if start and end and (last < start or first > end):
            self._count("period-outside-header", f"{first} to {last}", count)

    def note_quantity(self, quantity: Any, unit: str | None) -> None:
        """A quantity, if there is no such number of its unit."""
        if is_fraction_of_pieces(quantity, unit):
            self._count("fraction-of-pieces", f"{quantity} {unit}")

    def _count(self, code: str, what: str, count: int = 1) -> None:
        known, first = self._odd.get(code, (0, what))
        self._odd[code] = known + count, first

    def findings(self) -> Iterator[Finding]:
        """A warning for each code."""
        if self._group and self._group != MESSAGE_TYPES[self._message_type].group:
            detail = f"GS01 is {self._group}, the group of another transaction set than {self._message_type}."
            yield Finding("group-type-mismatch", detail)
        for code, what in _ODD.items():
            if code in self._odd:
                count, first = self._odd[code]
                yield Finding(code, f"{what}: {count} lines, first {first}.")
        for code, count in self._unmapped.items():
            detail = f"The reference table does not say what {code} means ({count} lines)."
            yield Finding("unmapped-quantity-qualifier", detail)
        for unit, count in self._unlisted.items():
            yield Finding("unit-unlisted", f"The unit {unit} is in no list of the standards ({count} lines).")
        for code, what in _ODD_GTINS.items():
            if code in self._odd:
                count, first = self._odd[code]
                yield Finding(code, f"{count} lines have an item {what}, the first is {first}.")
        bare = self._placed & self.unplaced.keys()
        if bare:
            detail = (
                f"Some quantities of the code {min(str(code) for code, _ in bare)} have a place and others have none."
            )
            yield Finding("place-missing", detail)
        lost = self._dated & self._undated.keys()
        if lost:
            detail = f"Some quantities of the code {min(map(str, lost))} have a day and others have none."
            yield Finding("period-missing", detail)
        for code, count, what in (
            ("item-type-not-stated", self._typeless, "an item without a type"),
            ("location-not-stated", sum(self.unplaced.values()), "no place"),
            ("period-not-stated", sum(self._undated.values()), "no period or as-of date"),
        ):
            if count:
                yield Finding(code, f"{count} lines have {what}.")


def name_code(line: Line) -> str:
    """The code of a quantity, with what else decides its meaning: INV 7491, PTD01."""
    named = [str(line.qualifier)]
    for name, tag, element in (("inventory_status", "INV", STATES), ("transfer", "PTD", TRANSFERS)):
        if code := line.attributes.get(name):
            named.append(f"{tag} {code}" if code in codes_of(element) else f"{tag} {code}, which is in no list,")
    return " with ".join(named)


def days_of(line: Line) -> tuple[datetime.date | None, datetime.date | None]:
    """First and last day that a line is of."""
    return line.period_start or line.as_of_date, line.period_end or line.as_of_date


def find_odd_attributes(line: Line) -> Iterator[tuple[str, str]]:
    """(code, what) of a price that is not for one unit of its quantity, and of prices of which none is preferred."""
    if basis := line.attributes.get("price_basis"):
        yield "price-basis", f"{line.price} ({basis})"
    if line.prices and line.price is None:
        yield "price-not-preferred", " and ".join(str(price.price) for price in line.prices)


def _day_of(envelope: Envelope) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat((envelope.prepared_at or "")[:10])
    except ValueError:
        return None


def repeated_stock(groups: Iterable[Sequence[Line]]) -> set[int]:
    """Numbers of the groups of lines whose stock stands twice for one item, place and date, told apart by nothing.

    Added up they are a wrong stock; whether they are parts, a total with a part or one line sent twice, only the
    partner knows. Sales may repeat: a register reports receipt by receipt.
    """
    stated: dict[bytes, int] = {}
    repeated: set[int] = set()
    for number, lines in enumerate(groups):
        keys = {_digest(key) for line in lines if (key := stock_key(line))}
        if is_stated_again(keys, stated.keys()):
            repeated |= {number, *(stated[key] for key in keys if key in stated)}
        stated.update(dict.fromkeys(keys, number))
    return repeated


def _digest(key: tuple[str | None, ...]) -> bytes:
    """A message may have a hundred thousand of them."""
    return blake2b(repr(key).encode("utf-8", "surrogatepass"), digest_size=16).digest()
