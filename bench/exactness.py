"""What was measured, held against what the messages state. One wrong value that is called valid, and there is no speed."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bench.partners import Essence, Message
from udf.contract import CompiledRow
from udf.train.truth import ESSENTIAL

MOST_REFUSED = 0.01
"""Refusing is faster than reading: a part in which a larger share of the messages was refused has no speed either."""
EXAMPLES = 3


class InexactError(Exception):
    """What was measured is not what the messages state, so its speed means nothing."""


@dataclass(slots=True)
class Tally:
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
        found = read_lines(document) if document else []
        if is_complete and document and found == list(message.lines):
            self.exact += 1
        elif (is_complete and document) or Counter(found) - Counter(message.lines):
            self.wrong += 1
            self._keep(message, found)
        else:
            self.refused += 1
            self._keep(message, found)

    def add(self, other: "Tally") -> None:
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

    def _keep(self, message: Message, found: Iterable[Essence]) -> None:
        if len(self.examples) < EXAMPLES:
            amiss = list((Counter(found) - Counter(message.lines)).elements())[:2]
            self.examples.append(f"{message.text[:1500]}\nfound instead: {amiss}")


def read_lines(document: str) -> list[Essence]:
    """The lines of a document as they are compared; numbers as Decimal or int, dates as text."""
    lines = json.loads(document, parse_float=Decimal)["lines"]
    return [tuple(line[name] for name in ESSENTIAL) for line in lines]
