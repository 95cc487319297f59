"""What values a partner's messages hold, so that a change of dialect under an existing shape is noticed.

A plan, and the model too, reads by position: when places and quantities change places, when prices lose their decimal
point or quantities are counted in other units, the message has the shape that it always had and reads as well as
before. What tells is the partner's own custom: for each role a slot may have (`QTY 153 PCE`, `SDQ EA 92 place`) how its
values were written until now. `narrow` makes a pattern of it that plans run by at no cost; what does not fit is looked
at, and `find_change` says whether it is an exception or another dialect.

A change that leaves the writing of values as it is (gross for net, one store's number for another's, a factor within a
decade and a half) is not noticed here, and nothing in the message tells of it.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from udf.edi.segments import Segment
from udf.plans.shapes import Slot
from udf.standards.places import PLACES, place_slots

ESTABLISHED = 12
"""Values after which a role has a custom: fewer tell of a few lines only."""
SETTLED = 100
"""Values of each role after which messages that fit are no longer counted."""
WATCHED = 50
"""Messages after which none is counted that fits: a role with a value a message, a report's date, is known by then."""
REMEMBERED = 2000
"""Values of a role, beyond which earlier ones count by half: a message may bring a million."""
ENOUGH = 3
"""Values that tell a change from an exception."""
NEARLY_ALL = 0.8
LOOKED_AT = 32
"""One in so many messages that fit is looked at all the same: an average moves without one strange value."""
MANY = 8
"""Values of these that tell of an average."""
SHIFT, ERRORS = 1.5, 4
"""Decades that the average magnitude may move, a factor of thirty is no season; and standard errors that make it more
than chance, where values differ by decades anyway."""
STEP = 2
"""Years, and digits of a place's number, that are a leap."""
_NUMBER = re.compile(r"([-+]?)([0-9]*)(?:([.,])([0-9]*))?(-?)")
_MOST_DIGITS = 14
_UNCOUNTED = ("CNT", "CTT", "UNT", "SE", "UNH", "ST", "BGM", "UNE", "UNZ", "GE", "IEA")

NO_NOUGHT = "(?![-+]?0[0-9])"
"""Before a number of a split: one that begins with a nought may be that of a store, for the gatekeeper to judge."""

Seen = Counter[str]
"""How often values had a feature, `sign:-` or `width:3`; `n` is the number of values."""


def name_role(segment: Segment, element: int, component: int, slot: Slot) -> str | None:
    """The role of a slot: a tag with the codes of its segment, or a date of some form.

    None for what has no custom: free text, what counts or is counted, identifiers whose length is in the shape.
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
    if len(whole) > 1 and whole[0] == "0":
        features.append("nought")
    digits = whole.lstrip("0")
    if digits:
        features.append(f"width:{len(digits)}")
    elif fraction and fraction.strip("0"):
        features.append(f"width:-{len(fraction) - len(fraction.lstrip('0'))}")
    return tuple(features)


def narrow(slot: Slot, seen: Seen) -> str | None:
    """A pattern, with a group, of the values that fit a custom; None where any value of the slot does."""
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
        if strange >= NEARLY_ALL * now["n"]:
            return f"{what} were {_list(usual)} and are {_list(found)}"
    (before, usual_mean, deviation), (after, mean, _) = _measure_widths(seen), _measure_widths(now)
    if before < ENOUGH or after < ENOUGH:
        return None
    if abs(mean - usual_mean) >= max(SHIFT, ERRORS * deviation / math.sqrt(after)):
        return f"numbers had {usual_mean:.1f} digits on average and have {mean:.1f}"
    return None


def _is_strange(family: str, feature: str, usual: set[str]) -> bool:
    """Whether a feature is of another kind than the known ones: after 999 stores comes the thousandth."""
    if family not in ("length", "year"):
        return True
    return bool(usual) and all(abs(int(feature) - int(known)) >= STEP for known in usual)


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


@dataclass(slots=True)
class Customs:
    """How the messages of one dialect write their values, role by role."""

    seen: dict[str, Seen] = field(default_factory=dict)
    messages: int = 0
    """Of which values were counted."""
    changes: int = 0
    """How often they were given up for others."""
    patterns: dict[tuple[str, str], str | None] = field(default_factory=dict)
    """Role and slot to the pattern of what fits, as far as it was asked for."""
    _odd: dict[str, Seen] = field(default_factory=dict)
    """Values of messages that did not fit, too few to tell what they are."""
    _fitting: int = 0
    """Messages that fitted since the first of those."""
    _recent: dict[str, Seen] = field(default_factory=dict)
    """The last values that were learnt, until there are many."""
    _passed: int = 0

    @property
    def is_settled(self) -> bool:
        """Whether messages that fit teach nothing more."""
        return self.messages >= WATCHED or (
            bool(self.seen) and all(seen["n"] >= SETTLED for seen in self.seen.values())
        )

    def let_pass(self) -> bool:
        """Whether a message that fits need not be looked at."""
        if not self.is_settled:
            return False
        if self._odd:
            self._fitting += 1
        self._passed = (self._passed + 1) % LOOKED_AT
        return self._passed > 0

    def pattern(self, role: str, slot: Slot) -> str | None:
        """The pattern of the values that fit in a slot; None where all do."""
        key = role, str(slot)
        if key not in self.patterns:
            seen = self.seen.get(role)
            self.patterns[key] = narrow(slot, seen) if seen else None
        return self.patterns[key]

    def judge(self, found: Mapping[str, Seen], is_proved: bool = True) -> dict[str, str]:
        """What is changed, by role, in a message that is not known to fit; if nothing is, a proved one's are learnt.

        Too few strange values wait for those of the next message, unless messages that fit came in between.
        """
        if self._fitting > ENOUGH:
            self._learn(self._odd)
            self._odd, self._fitting = {}, 0
        whole = {role: now + self._odd.get(role, Counter()) for role, now in found.items()}
        recent = {role: values + self._recent.get(role, Counter()) for role, values in whole.items()}
        told = {}
        for role, values in whole.items():
            seen = self.seen.get(role, Counter())
            change = find_change(seen, values)
            if change is None and recent[role]["n"] >= MANY:
                change = find_change(seen - self._recent.get(role, Counter()), recent[role])
                self._recent[role] = Counter()
            if change:
                told[role] = change
        if told:
            self.seen |= {role: recent[role] for role in told}
            self.changes += 1
            self._forget()
        elif is_proved:
            few = {role: values for role, values in whole.items() if self._is_open(role, values)}
            known = {role: values for role, values in whole.items() if role not in few}
            self._odd = {role: values for role, values in self._odd.items() if role not in known} | few
            self._learn(known)
            self.messages += 1
        return told

    def _learn(self, found: Mapping[str, Seen]) -> None:
        for role, values in found.items():
            seen = self.seen.get(role, Counter()) + values
            while seen["n"] > REMEMBERED:
                seen = Counter({name: (times + 1) // 2 for name, times in seen.items()})
            self.seen[role] = seen
            self._recent[role] = self._recent.get(role, Counter()) + values
        self.patterns.clear()

    def _is_open(self, role: str, values: Seen) -> bool:
        """Whether values are strange, and too few to tell what they are."""
        seen = self.seen.get(role)
        is_established = seen is not None and seen["n"] >= ESTABLISHED
        return is_established and values["n"] < ENOUGH and not values.keys() <= (seen or values).keys()

    def _forget(self) -> None:
        self._odd.clear()
        self._recent.clear()
        self.patterns.clear()
        self._fitting = 0

    @property
    def is_open(self) -> bool:
        """Whether there are strange values that are too few to tell what they are."""
        return bool(self._odd)

    def dump(self) -> str:
        """As JSON, with what is open: a partner may send one small message to each process."""
        return json.dumps({
            "changes": self.changes, "messages": self.messages, "seen": self.seen, "odd": self._odd,
            "fitting": self._fitting, "recent": self._recent,
        })  # fmt: skip

    def take(self, text: str) -> bool:
        """Take what another process has seen, where that is more; whether it was."""
        known = json.loads(text)
        if not known:
            return False
        fitting = known.get("fitting", 0)
        if (known["changes"], known["messages"], fitting) <= (self.changes, self.messages, self._fitting):
            return False
        self.changes, self.messages, self._fitting = known["changes"], known["messages"], fitting
        self.seen, self._odd, self._recent = (
            {role: Counter(seen) for role, seen in known.get(name, {}).items()} for name in ("seen", "odd", "recent")
        )
        self.patterns.clear()
        return True


def gather(values: Iterable[tuple[Sequence[tuple[int, str, Slot]], Sequence[str]]]) -> dict[str, Seen]:
    """What the values of a message are like, by role; (watched slots, values of all slots) of each piece."""
    found: dict[str, Seen] = {}
    for watched, groups in values:
        for number, role, slot in watched:
            note_value(found.setdefault(role, Counter()), slot, groups[number])
    return found
