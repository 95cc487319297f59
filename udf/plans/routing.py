"""Which way a message goes: by its plans, or to the readers where it has none; of the former a sample goes both ways.

The first messages of a partner without plans go ahead and teach the plans of all the others. A long message without
plans is read by short excerpts of its own first, for the same purpose.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence

from udf.edi.delimiters import announce, find_delimiters
from udf.edi.segments import LONG
from udf.message import MAX_CHARACTERS
from udf.outcome import AnswerTooLargeError, Envelope, Outcome
from udf.plans.book import PlanBook
from udf.plans.excerpts import make_excerpts
from udf.plans.plan import PROOFS
from udf.plans.replay import Replayed
from udf.standards.limits import find_excess

FIRST_SHARE = 4
"""Messages of one partner that are read before the others of a batch are tried by what was learnt from them; then twice
as many, and so on: a partner of whom nothing can be learnt must not make a batch a row of small ones."""

Read = tuple[Outcome, str | None]
"""What the readers made of a message: its outcome, and its document as JSON."""
Routed = Read | tuple[Replayed, float] | AnswerTooLargeError
"""What came of a message: read, or by plans in so many seconds; or its document is too large to be written."""
Readers = Callable[[Sequence[str], Sequence[Envelope | None]], Sequence[Read]]


class Router:
    """Sends the messages of a batch their ways, and holds plans and readers against each other."""

    def __init__(self, plans: PlanBook, read: Readers) -> None:
        self._plans, self._read = plans, read

    def route(self, texts: Sequence[str], envelopes: Sequence[Envelope | None]) -> list[Routed]:
        """What came of each text, in order."""
        made: dict[int, Routed] = {}
        waiting = list(range(len(texts)))
        share = FIRST_SHARE
        while waiting:
            sampled: dict[int, Replayed] = {}
            unread: list[int] = []
            for number in waiting:
                began = time.perf_counter()
                try:
                    replayed, is_sampled = self._try_plans(texts[number], envelopes[number], share == FIRST_SHARE)
                except AnswerTooLargeError as error:
                    made[number] = error
                    continue
                if replayed is None:
                    unread.append(number)
                elif is_sampled:
                    sampled[number] = replayed
                else:
                    made[number] = replayed, time.perf_counter() - began
            chosen, waiting = self._choose(unread, envelopes, share)
            chosen = sorted([*chosen, *sampled])
            found = self._read([texts[n] for n in chosen], [envelopes[n] for n in chosen]) if chosen else []
            for number, (outcome, document) in zip(chosen, found, strict=True):
                if number in sampled:
                    self._plans.compare(texts[number], sampled[number], outcome, document)
                made[number] = outcome, document
            share *= 2
        return [made[number] for number in range(len(texts))]

    def _try_plans(self, text: str, envelope: Envelope | None, is_new: bool) -> tuple[Replayed | None, bool]:
        """A message as its plans read it, and whether it is to be read as well. Raises AnswerTooLargeError."""
        replayed = self._replay(text, envelope)
        is_sampled = replayed is not None and self._plans.is_sampled(text)
        if len(text) > LONG and (replayed is None or is_sampled) and is_new:
            self._read_excerpts(text, envelope)
            replayed, is_sampled = self._replay(text, envelope), False
        return replayed, is_sampled

    def _replay(self, text: str, envelope: Envelope | None) -> Replayed | None:
        return self._plans.replay(text, envelope) if len(text) <= MAX_CHARACTERS else None

    def _read_excerpts(self, text: str, envelope: Envelope | None) -> None:
        """Read short messages made of a long one, for plans to learn from and to be compared with."""
        delimiters = announce(find_delimiters(text), (envelope or Envelope()).una)
        if delimiters is None or find_excess(text, delimiters):
            return
        for excerpt in make_excerpts(text, delimiters, PROOFS):
            replayed = self._replay(excerpt, envelope)
            ((outcome, document),) = self._read([excerpt], [envelope])
            if replayed is not None:
                self._plans.compare(excerpt, replayed, outcome, document)

    def _choose(
        self, unread: Sequence[int], envelopes: Sequence[Envelope | None], share: int
    ) -> tuple[list[int], list[int]]:
        """Of messages without plans those that are read now, and those that wait for what is learnt from them."""
        read: Counter[object] = Counter()
        parts: tuple[list[int], list[int]] = ([], [])
        for number in unread:
            partner = self._plans.partner_key(envelopes[number])
            read[partner] += 1
            parts[read[partner] > share].append(number)
        return parts
