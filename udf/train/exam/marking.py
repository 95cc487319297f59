"""Marks of the exam: what was right, what was wrong in silence, what was refused without need, and how long it took."""

import statistics
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from udf.train.corpus.truth import Essence, Header

EXAMPLES = 3
"""Texts kept for each cause of failure."""
Lines = Counter[Essence]


@dataclass(slots=True)
class Result:
    """What came of one message: lines that go on, and how it was judged."""

    lines: Lines
    is_valid: bool
    is_complete: bool
    rejected: int = 0
    attempts: int = 1
    milliseconds: float = 0.0
    codes: tuple[str, ...] = ()
    header: Header | None = None
    """What it says of the document; None from a reader that says nothing of it, and is not asked."""
    by_group: list[Lines] = field(default_factory=list)
    """The lines of each line group, in the order of the text."""


@dataclass(slots=True)
class Marks:
    """Counts over the messages of one split."""

    messages: int = 0
    lines: int = 0
    exact: int = 0
    first: int = 0
    groups: int = 0
    groups_first: int = 0
    """Line groups that hold all their lines and nothing else after one answer for each chunk."""
    found: int = 0
    omitted: int = 0
    invented: int = 0
    silent: int = 0
    """Lines called valid that the message does not state, and headers called valid that say anything else."""
    headers_wrong: int = 0
    """Messages called valid whose document says of itself what it does not state, or leaves out what it does."""
    refused: int = 0
    """Messages that state everything and are not complete."""
    right_fields: int = 0
    said_fields: int = 0
    stated_fields: int = 0
    attempts: Counter[int] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    causes: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def mark_first(self, groups: list[Lines], gaps: int, header: Header, result: Result) -> None:
        """Compare what came of the first answers alone.

        A group is right where it holds all of its lines and no other, at its place in the text: where the reader found
        more groups or fewer, none is.
        """
        stated: Lines = sum(groups, Counter())
        right = result.lines == stated and result.rejected == gaps and result.header == header
        self.first += right and (result.is_valid or not stated)
        self.groups += sum(map(bool, groups))
        if len(groups) == len(result.by_group):
            self.groups_first += sum(lines == got for lines, got in zip(groups, result.by_group, strict=True) if lines)

    def mark(self, text: str, stated: Lines, gaps: int, result: Result, header: Header | None = None) -> None:
        """Compare one result with what its message states; `gaps` lines of it have to be rejected by name."""
        got = result.lines if result.is_valid else Counter[Essence]()
        right = stated & got
        self.headers_wrong += (misnamed := result.is_valid and header is not None and result.header != header)
        whole = stated == got and result.rejected == gaps and not misnamed
        # a message of which every line has a gap is invalid, and rightly so
        exact = whole and (result.is_valid or not stated)
        self.messages += 1
        self.lines += stated.total()
        self.exact += exact
        self.found += right.total()
        self.omitted += (stated - got).total()
        self.invented += (result.lines - stated).total()
        self.silent += (got - stated).total() + misnamed
        self.refused += gaps == 0 and not result.is_complete
        self._mark_fields(stated, got)
        self.attempts[result.attempts] += 1
        self.milliseconds.append(result.milliseconds)
        if not exact:
            cause = ", ".join(result.codes) or (
                "wrong in silence" if got - stated else "header wrong in silence" if misnamed else "lines missing"
            )
            self.causes[cause] += 1
            kept = self.examples.setdefault(cause, [])
            if len(kept) < EXAMPLES:
                kept.append(text)

    def _mark_fields(self, stated: Lines, got: Lines) -> None:
        """Fields of equal lines are right; the other lines are paired in the order in which they agree most."""
        same = stated & got
        for line, count in same.items():
            values = sum(value is not None for value in line)
            self.right_fields += count * values
            self.said_fields += count * values
            self.stated_fields += count * values
        left, rest = list((stated - got).elements()), list((got - stated).elements())
        for line in left:
            self.stated_fields += sum(value is not None for value in line)
        for line in rest:
            self.said_fields += sum(value is not None for value in line)
            if left:
                nearest = max(left, key=lambda other: _agreement(line, other))
                left.remove(nearest)
                self.right_fields += _agreement(line, nearest)

    def facts(self) -> dict[str, Any]:
        """The marks as figures."""
        precision = self.right_fields / self.said_fields if self.said_fields else 1.0
        recall = self.right_fields / self.stated_fields if self.stated_fields else 1.0
        times = self.milliseconds or [0.0]
        return {
            "messages": self.messages,
            "lines": self.lines,
            "messages_exact": share_of(self.exact, self.messages),
            "messages_exact_first_pass": share_of(self.first, self.messages),
            **(
                {"line_groups": self.groups, "line_groups_exact_first_pass": share_of(self.groups_first, self.groups)}
                if self.groups
                else {}
            ),
            "records_exact": share_of(self.found, self.lines),
            "field_precision": round(precision, 5),
            "field_recall": round(recall, 5),
            "field_f1": round(2 * precision * recall / (precision + recall) if precision + recall else 0.0, 5),
            "records_omitted": self.omitted,
            "records_invented": self.invented,
            "silent_errors": self.silent,
            "headers_wrong": self.headers_wrong,
            "false_refusals": self.refused,
            "attempts": {str(n): count for n, count in sorted(self.attempts.items())},
            "ms_per_message_p50": round(statistics.median(times), 2),
            "ms_per_message_p95": round(sorted(times)[int(0.95 * (len(times) - 1))], 2),
            "failures": [
                {"cause": cause, "messages": count, "examples": self.examples[cause]}
                for cause, count in self.causes.most_common()
            ],
        }


def _agreement(line: Essence, other: Essence) -> int:
    return sum(a == b and a is not None for a, b in zip(line, other, strict=True))


def share_of(part: int, whole: int) -> float:
    """A part of a whole, 0 where there is none of it."""
    return round(part / whole, 5) if whole else 0.0
