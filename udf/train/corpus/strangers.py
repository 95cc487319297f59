"""Partners beyond the standard, drawn anew: an ordinary dialect, and one or two inventions of their own.

Of these the standards decide nothing, so nothing of them is valid by itself: what is right about them is what a
proposal should say. Held out are whole kinds of invention (`inventions.HELD_OUT`).
"""

import random
from collections import Counter
from collections.abc import Iterable

from udf.train.corpus.drafts import Draft, Reference, stands
from udf.train.corpus.inventions import HELD_OUT, INVENTIONS, Codes, draw_codes, fits
from udf.train.corpus.partners import Dialect, draw_partner
from udf.train.corpus.values import code, digits

PROPOSED = ("item", "location", "qualifier", "quantity", "unit", "start", "end")
"""The fields of a line that a proposal has to say rightly."""
Proposed = tuple[str | None, ...]
"""Their values as sent, in that order."""
_TRIES = 30


class Stranger:
    """A partner with inventions. `draft(r)` gives another message of it."""

    def __init__(
        self, dialect: Dialect, kinds: tuple[str, ...], codes: tuple[Codes, ...], noise: tuple[str, ...]
    ) -> None:
        self.dialect, self.kinds, self.codes, self._noise = dialect, kinds, codes, noise

    @property
    def message_type(self) -> str:
        return self.dialect.message_type

    def draft(self, r: random.Random) -> Draft:
        """Another message. Raises ValueError where the dialect has nothing that an invention could be made of."""
        draft = self.dialect.draft(r)
        for kind, own in zip(self.kinds, self.codes, strict=True):
            if not INVENTIONS[kind](draft, own, r):
                raise ValueError(f"nothing to invent: {kind}")
        self._add_noise(draft, r)
        return draft

    def _add_noise(self, draft: Draft, r: random.Random) -> None:
        """A reference of the document under a code of nobody's, which names nothing that a line has."""
        if not self._noise:
            return
        tag, qualifier = self._noise
        value = f"{code(r, 3, 6)}-{digits(r, 3, 6)}" if r.random() < 0.5 else code(r, 9, 14)
        extra = draft.add("RFF", [qualifier, value]) if tag == "RFF" else draft.add(tag, qualifier, value)
        draft.segments.pop()
        draft.segments.insert(1, extra)


def draw_stranger(r: random.Random, held_out: bool = False) -> Stranger:
    """A partner with inventions that may be taught, or one with a kind that is held out."""
    while True:
        dialect = draw_partner(r)
        x12 = dialect.message_type.isdigit()
        kinds = [kind for kind in INVENTIONS if fits(kind, x12)]
        taught = [kind for kind in kinds if kind not in HELD_OUT]
        first = r.choice([kind for kind in kinds if kind in HELD_OUT] if held_out else taught)
        chosen = [first]
        if r.random() < _TWO:
            subject = first.partition(":")[0]
            chosen.append(r.choice([kind for kind in taught if not kind.startswith(subject)]))
        chosen.sort(key=list(INVENTIONS).index)
        codes = tuple(draw_codes(r, x12) for _ in chosen)
        noise = (r.choice(["REF", "N9"] if x12 else ["RFF"]), draw_codes(r, x12).first) if r.random() < _NOISE else ()
        stranger = Stranger(dialect, tuple(chosen), codes, noise)
        try:
            stranger.draft(r)
        except ValueError:
            continue
        return stranger


_TWO, _NOISE = 0.3, 0.4


def expected_proposals(draft: Draft) -> Counter[Proposed]:
    """What a right proposal says of a draft's lines."""
    return Counter(tuple(_text(record.get(name)) for name in PROPOSED) for record in draft.whole)


def _text(reference: Reference | None) -> str | None:
    if reference is None or not stands(reference):
        return None
    segment, e, c = reference
    return segment.elements[e][c]


def count_kinds(strangers: Iterable[Stranger]) -> Counter[str]:
    """How many of some partners have each kind of invention."""
    return Counter(kind for stranger in strangers for kind in stranger.kinds)
