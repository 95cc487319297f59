"""What values a partner's messages hold, so that a change of dialect under an existing shape is noticed.

A plan, and the model too, reads by position: when places and quantities change places, when prices lose their decimal
point or quantities are counted in other units, the message has the shape that it always had and reads as well as
before. What tells is the partner's *profile*: how the values of each role were written until now. `features.narrow`
makes patterns of it that plans run by at no cost; what does not fit is looked at, and `features.find_change` says
whether it is an exception or another dialect.

A change that leaves the writing of values as it is (gross for net, one store's number for another's, a factor within a
decade and a half) is not noticed here, and nothing in the message tells of it.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from udf.plans.features import ENOUGH, ESTABLISHED, Seen, find_change, narrow
from udf.plans.shapes import Slot

SETTLED = 100
"""Values of each role after which messages that fit are no longer counted."""
WATCHED = 50
"""Messages after which none is counted that fits: a role with a value a message, a report's date, is known by then."""
REMEMBERED = 2000
"""Values of a role, beyond which earlier ones count by half: a message may bring a million."""
LOOKED_AT = 32
"""One in so many messages that fit is looked at all the same: an average moves without one strange value."""
MANY = 8
"""Values of these that tell of an average."""


@dataclass(slots=True)
class Profile:
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
