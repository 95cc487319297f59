"""What proves a value: each check that the values of a message can break, once, and on plain values.

The judges of a reading call these functions with what its segments hold, and plans with what their shapes match, so
that a message is refused for the same reason whichever way it went. What is odd and not wrong: `LineWarnings`.
"""

import datetime
from collections.abc import Collection, Container, Hashable, Mapping, Sequence, Set
from decimal import Decimal

from udf.document import FLOWS
from udf.outcome import Line
from udf.standards.items import has_check_digit, is_gs1_key
from udf.standards.message_types import principal_of
from udf.standards.quantities import PIECES

NO_NOUGHT = "(?![-+]?0[0-9])"
"""A pattern that holds before any number which does not begin with a nought, for who matches and does not ask."""


def begins_with_nought(number: str) -> bool:
    """Whether a number has more digits than it needs: the number of a store does, and a quantity need not."""
    digits = number.lstrip("-+")
    return digits[:1] == "0" and digits[1:2].isdecimal()


def exchangeable_codes(message_type: str, stated: Collection[frozenset[str]]) -> frozenset[str]:
    """Codes of quantities that a number may be where the two have changed places; `stated` are those of each line.

    Lines that differ may each have another's code, and a message without its principal code has lost it.
    """
    used = frozenset[str]().union(*stated)
    principal = frozenset(principal_of(message_type))
    return (used if len(set(stated)) > 1 else frozenset()) | (frozenset() if used & principal else principal)


def read_count(text: str) -> int | None:
    """A count of segments or lines, None where the text is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else None


def is_count(stated: str, counted: Container[int | None]) -> bool:
    """Whether a trailer states one of the numbers that may be counted (UNT 0074, CNT 2, SE01, CTT01)."""
    count = read_count(stated)
    return count is not None and count in counted


def countable_lines(message_type: str, tags: Mapping[str, int]) -> set[int]:
    """What may be counted as the lines of a message with so many segments of each tag: LIN, in an 867 transfers too."""
    return {tags["LIN"], tags["PTD"]} if message_type == "867" else {tags["LIN"]}


def is_same_reference(own: str, repeated: str) -> bool:
    """Whether a trailer repeats the reference of its message; noughts in front tell no two apart (0062, SE02)."""
    return own == repeated or (bool(repeated) and own.lstrip("0") == repeated.lstrip("0"))


def adds_up(stated: Decimal, sums: Container[Decimal]) -> bool:
    """Whether a stated total is one of the sums that it may stand for: of all lines, or of the parts of a split."""
    return stated in sums


def find_sum(parts: Sequence[Decimal]) -> int | None:
    """Which of three and more parts of a stock is the sum of the others, and so perhaps their total."""
    total = sum(parts, Decimal(0))
    return next((n for n, part in enumerate(parts) if part and 2 * part == total), None) if len(parts) > 2 else None


def are_told_apart(marks: Collection[Hashable], others: Set[Hashable] = frozenset()) -> bool:
    """Whether each of some quantities says something of itself, and none what one of them or of the others says."""
    different = set(marks)
    return len(different) == len(marks) and different.isdisjoint(others) and all(marks)


def is_reversed(first: datetime.date | str, last: datetime.date | str) -> bool:
    """Whether a period, of days or of their ISO dates, ends before it starts."""
    return first > last  # type: ignore[operator]


def is_fraction_of_pieces(quantity: Decimal, unit: str | None) -> bool:
    """Whether there is no such number of pieces."""
    return unit in PIECES and quantity % 1 != 0


def has_wrong_check_digit(item: str, item_type: str | None) -> bool:
    """Whether the type of an item promises a check digit that its number does not have."""
    return has_check_digit(item_type) and not is_gs1_key(item)


def stock_key(line: Line) -> tuple[str | None, ...] | None:
    """What tells one stock from another: item, place, code, unit, date and what else is said. None for what is none."""
    if line.measure in FLOWS or line.measure == "unmapped":
        return None
    apart = ((k, v) for k, v in line.attributes.items() if not k.startswith(("amount", "description")))
    named = (text for pair in (*line.item_ids.items(), *apart) for text in pair)
    dated = line.as_of_date or line.period_end
    day = dated.isoformat() if dated else None
    return line.location_id, line.location_id_type, line.qualifier, line.unit, day, *named


def is_stated_again(keys: Set[Hashable], earlier: Set[Hashable]) -> bool:
    """Whether a group of lines states the stock of a key that an earlier one has stated."""
    return not earlier.isdisjoint(keys)
