"""Values as sent become values as JSON writes them, each worked out once: the numbers, dates and texts of slots."""

from re import Match

from udf.numbers import json_number
from udf.plans.example import Placeholder
from udf.plans.shapes import read_text
from udf.standards.dates import read_days
from udf.standards.values import ONLY_POINT, UnreadableValueError, read_number

_REMEMBERED = 50_000
"""Entries of a table of values that were worked out; what goes beyond would only take memory."""


class NotPlainError(Exception):
    """This message is not for plans; the reason is for tests and curious people."""


class Numbers(dict[str, str]):
    """Numbers as sent to numbers as JSON writes them, each worked out once."""

    def __init__(self, mark: str | None) -> None:
        self.mark = mark

    def __missing__(self, text: str) -> str:
        try:
            # Nearly all are plain; a number slot holds fourteen ASCII digits at most.
            found = repr(int(text) if text.isdecimal() else json_number(read_number(text, self.mark)))
        except UnreadableValueError as problem:
            raise NotPlainError(problem.code) from None
        if len(self) > _REMEMBERED:
            self.clear()
        self[text] = found
        return found


class _Days(dict[tuple[str, str], tuple[str, str]]):
    """Dates as sent, with their form, to first and last day in ISO 8601."""

    def __missing__(self, key: tuple[str, str]) -> tuple[str, str]:
        try:
            first, last = read_days(*key)
        except UnreadableValueError as problem:
            raise NotPlainError(problem.code) from None
        if len(self) > _REMEMBERED:
            self.clear()
        self[key] = found = first.isoformat(), last.isoformat()
        return found


DAYS = _Days()
NUMBERS = {mark: Numbers(mark) for mark in (None, ".", ",", ONLY_POINT)}


def as_text(raw: str, release: str | None) -> str:
    """A text slot's value, escaped for JSON. Raises NotPlainError."""
    value = read_text(raw, release)
    if value is None:
        raise NotPlainError("blanks at the end of a value")
    return value


def resolve(placeholder: Placeholder, match: Match[str], numbers: Numbers, release: str | None) -> str:
    """What a placeholder of a header or a group becomes."""
    what, _, slot, form = placeholder
    if what == "text":
        return as_text(match[slot + 1], release)
    if what == "number":
        return numbers[match[slot + 1]]
    if what in ("first", "last"):
        return DAYS[match[slot + 1], form][what == "last"]
    if what == "at":
        return str((match.start() if form < 0 else match.end(form + 1)) + slot)
    return str(match.span(slot + 1)[what == "to"])
