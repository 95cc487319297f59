"""How values are written: their features, the pattern that fits the usual ones, and what is another way of writing.

A value has a *role* (`QTY 153 PCE`, `SDQ EA 92 place`), and for each role features are counted: signs, decimals,
digits, noughts in front, years. No value is kept.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from udf.edi.segments import Segment
from udf.gatekeeper.values import begins_with_nought
from udf.plans.shapes import Slot
from udf.standards.places import PLACES, place_slots

ESTABLISHED = 12
"""Values after which a role is known: fewer tell of a few lines only."""
ENOUGH = 3
"""Values that tell a change from an exception."""
_NEARLY_ALL = 0.8
_SHIFT, _ERRORS = 1.5, 4
"""Decades that the average magnitude may move, a factor of thirty is no season; and standard errors that make it more
than chance, where values differ by decades anyway."""
_STEP = 2
"""Years, and digits of a place's number, that are a leap."""
_NUMBER = re.compile(r"([-+]?)([0-9]*)(?:([.,])([0-9]*))?(-?)")
_MOST_DIGITS = 14
_UNCOUNTED = ("CNT", "CTT", "UNT", "SE", "UNH", "ST", "BGM", "UNE", "UNZ", "GE", "IEA")

Seen = Counter[str]
"""How often values had a feature, `sign:-` or `width:3`; `n` is the number of values."""


def name_role(segment: Segment, element: int, component: int, slot: Slot) -> str | None:
    """The role of a slot: a tag with the codes of its segment, or a date of some form.

    None for what is not watched: free text, what counts or is counted, identifiers whose length is in the shape.
    """
    if slot.kind == "date":
        return f"date {len(slot.form)}" if slot.form in ("999999", "99999999") else None
    if segment.tag in _UNCOUNTED or not (slot.kind == "number" or (slot.kind == "digits" and not slot.form)):
        return None
    if slot.kind == "digits":
        if segment.tag == "SDQ":
            return " ".join(("SDQ", segment.value(0), segment.value(1), "place"))
        if segment.tag not in PLACES or (element, component) not in place_slots(segment):
            return None
        return f"{segment.tag} {segment.value(0)} place"
    codes = [segment.value(0)] if segment.tag != "CTP" else [segment.value(1)]
    if segment.tag in ("QTY", "ZA"):
        codes.append(segment.value(0, 2) or segment.value(2))
    elif segment.tag == "SDQ":
        codes.append(segment.value(1))
    elif segment.tag == "SCH":
        codes = [segment.value(1)]
    return " ".join((segment.tag, *filter(None, codes)))


def is_split(role: str) -> bool:
    """Whether a role is of a split in which only their order tells places and quantities apart."""
    return role.startswith("SDQ ")


def may_be_swapped(found: Mapping[str, Seen]) -> bool:
    """Whether a quantity of a split begins with a nought."""
    return any(values["nought"] and is_split(role) for role, values in found.items())


def note_value(seen: Seen, slot: Slot, value: str) -> None:
    """Count the features of one value of a slot."""
    for feature in _tell(slot.kind, value):
        seen[feature] += 1


@lru_cache(maxsize=4096)
def _tell(kind: str, value: str) -> tuple[str, ...]:
    """The features of a value."""
    if kind == "date":
        return "n", f"year:{value[: len(value) - 4]}"
    if kind == "digits":
        return "n", f"length:{len(value)}"
    found = _NUMBER.fullmatch(value)
    if found is None:
        return "n", "form:other"
    sign, whole, mark, fraction, behind = found.groups()
    features = ["n", f"sign:{sign or (behind and 'behind')}", f"form:{mark}{len(fraction)}" if mark else "form:"]
    if not whole:
        features.append("bare")
    if begins_with_nought(value):
        features.append("nought")
    digits = whole.lstrip("0")
    if digits:
        features.append(f"width:{len(digits)}")
    elif fraction and fraction.strip("0"):
        features.append(f"width:-{len(fraction) - len(fraction.lstrip('0'))}")
    return tuple(features)


def narrow(slot: Slot, seen: Seen) -> str | None:
    """A pattern, with a group, of the values that are written as before; None where any value of the slot does."""
    if seen["n"] < ESTABLISHED:
        return None
    if slot.kind == "date":
        years = {int(year) for year in _features(seen, "year")}
        known = sorted(years | {year + 1 for year in years})
        return f"((?:{'|'.join(f'{year:0{len(slot.form) - 4}}' for year in known)})[0-9]{{4}})"
    if slot.kind == "digits":
        lengths = [int(length) for length in _features(seen, "length")]
        return f"([0-9]{{{min(lengths)},{max(lengths)}}})"
    forms = _features(seen, "form")
    if "other" in forms:
        return None
    signs = _features(seen, "sign")
    # One digit more than ever: a good week is no change, and what is larger is looked at.
    most = min(_MOST_DIGITS, 1 + max((int(width) for width in _features(seen, "width")), default=1))
    least = 0 if seen["bare"] else 1
    whole = f"[0-9]{{{least},{_MOST_DIGITS}}}" if seen["nought"] else f"(?!0[0-9])[0-9]{{{least},{max(2, most)}}}"
    marks = "".join(sorted({form[0] for form in forms if form}))
    fraction = ""
    if marks:
        counts = [int(form[1:]) for form in forms if form]
        is_optional = "" in forms
        fraction = f"[{marks}][0-9]{{{0 if is_optional else min(counts)},{max(counts)}}}"
        fraction = f"(?:{fraction})?" if is_optional else fraction
    before = "".join(sign for sign in ("-", "+") if sign in signs)
    lead = "" if not before else f"[{before}]" + ("?" if signs - {"-", "+"} else "")
    return f"({lead}{whole}{fraction}{'-?' if 'behind' in signs else ''})"


def find_change(seen: Seen, now: Seen) -> str | None:
    """What is written in another way than ever, for a person; None for what may be an exception."""
    if seen["n"] < ESTABLISHED:
        return None
    if now["n"] < ENOUGH:
        return None
    if 2 * now["nought"] >= now["n"] and not seen["nought"]:
        return "numbers begin with a nought, and never did before"
    for family, what in (("sign", "signs"), ("form", "decimals"), ("length", "lengths"), ("year", "years")):
        usual, found = _features(seen, family), _features(now, family)
        strange = sum(now[f"{family}:{one}"] for one in found - usual if _is_strange(family, one, usual))
        if strange >= _NEARLY_ALL * now["n"]:
            return f"{what} were {_list(usual)} and are {_list(found)}"
    (before, usual_mean, deviation), (after, mean, _) = _measure_widths(seen), _measure_widths(now)
    if before < ENOUGH or after < ENOUGH:
        return None
    if abs(mean - usual_mean) >= max(_SHIFT, _ERRORS * deviation / math.sqrt(after)):
        return f"numbers had {usual_mean:.1f} digits on average and have {mean:.1f}"
    return None


def _is_strange(family: str, feature: str, usual: set[str]) -> bool:
    """Whether a feature is of another kind than the known ones: after 999 stores comes the thousandth."""
    if family not in ("length", "year"):
        return True
    return bool(usual) and all(abs(int(feature) - int(known)) >= _STEP for known in usual)


def _features(seen: Seen, family: str) -> set[str]:
    return {name.partition(":")[2] for name, count in seen.items() if count and name.startswith(family + ":")}


def _list(values: Iterable[str]) -> str:
    return ", ".join(f"«{value or 'none'}»" for value in sorted(values))


def _measure_widths(seen: Seen) -> tuple[int, float, float]:
    """How many values but nought there are, and mean and standard deviation of their digits before the decimal mark.

    Of small fractions the noughts behind it count, negative.
    """
    widths = [(int(name[6:]), times) for name, times in seen.items() if name.startswith("width:")]
    count = sum(times for _, times in widths)
    if not count:
        return 0, 0.0, 0.0
    mean = sum(width * times for width, times in widths) / count
    return count, mean, math.sqrt(sum(times * (width - mean) ** 2 for width, times in widths) / count)


def gather(values: Iterable[tuple[Sequence[tuple[int, str, Slot]], Sequence[str]]]) -> dict[str, Seen]:
    """What the values of a message are like, by role; (watched slots, values of all slots) of each piece."""
    found: dict[str, Seen] = {}
    for watched, groups in values:
        for number, role, slot in watched:
            note_value(found.setdefault(role, Counter()), slot, groups[number])
    return found
