"""What was measured, held against what the messages state: one wrong value called valid, and there is no speed."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bench.partners import HEADER, LINE, Essence, Message
from udf.outcome import CompiledRow

MOST_REFUSED = 0.01
"""Refusing is faster than reading: a part in which a larger share of the messages was refused has no speed either."""
EXAMPLES = 3


class InexactError(Exception):
    """What was measured is not what the messages state, so its speed means nothing."""


@dataclass(slots=True)
class Exactness:
    """Outcomes compared with the truth. Exact: valid, complete and every line right, in its order."""

    messages: int = 0
    lines: int = 0
    exact: int = 0
    refused: int = 0
    """Messages or lines of them that were not called valid."""
    wrong: int = 0
    """Outcomes called valid with a line that the message does not state, or complete without one that it does."""
    examples: list[str] = field(default_factory=list)

    def mark(self, rows: Sequence[CompiledRow], messages: Sequence[Message]) -> None:
        """Compare each row with its message."""
        for row, message in zip(rows, messages, strict=True):
            self.mark_document(row.document if row.is_valid else None, row.is_complete, message)

    def mark_document(self, document: str | None, is_complete: bool, message: Message) -> None:
        """Compare a valid document, None where the message was refused."""
        self.messages += 1
        self.lines += len(message.lines)
        if document is None:
            self.refused += 1
            self._keep(message, "nothing")
            return
        header, found = read_document(document)
        if header != message.header or Counter(found) - Counter(message.lines) or \
                (is_complete and found != list(message.lines)):  # fmt: skip
            self.wrong += 1
            self._keep(message, f"{header}, {list((Counter(found) - Counter(message.lines)).elements())[:2]}")
        elif is_complete:
            self.exact += 1
        else:
            self.refused += 1
            self._keep(message, f"{len(found)} of {len(message.lines)} lines")

    def add(self, other: "Exactness") -> None:
        """Count what was compared elsewhere as well."""
        for name in ("messages", "lines", "exact", "refused", "wrong"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.examples = (self.examples + other.examples)[:EXAMPLES]

    def check(self) -> None:
        """Raises InexactError where a speed would be one of wrong or of refused messages."""
        if self.wrong:
            raise InexactError(f"{self.wrong} of {self.messages} messages are wrong and called valid")
        if self.refused > MOST_REFUSED * self.messages or not self.messages:
            raise InexactError(f"{self.refused} of {self.messages} messages are refused")

    def facts(self) -> dict[str, int]:
        """The counts, for JSON."""
        return {name: getattr(self, name) for name in ("messages", "lines", "exact", "refused", "wrong")}

    def _keep(self, message: Message, found: str) -> None:
        if len(self.examples) < EXAMPLES:
            self.examples.append(f"{message.text[:1500]}\nstates {message.header}, found {found}")


def read_document(document: str) -> tuple[Essence, list[Essence]]:
    """Header and lines of a document as they are compared; numbers as Decimal or int, dates as text."""
    whole = json.loads(document, parse_float=Decimal)
    lines = [tuple(line[name] for name in LINE) for line in whole["lines"]]
    return tuple(whole[name] for name in HEADER), lines
