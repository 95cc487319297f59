"""Text as sent becomes numbers and dates, by plain rules; what can be read in two ways is refused."""

import datetime
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache

from udf.numbers import MAX_SIGNIFICANT_DIGITS, fits_json_number
from udf.standards.edifact import EDIFACT
from udf.standards.standard import DateForm
from udf.standards.x12 import X12


class UnreadableValueError(ValueError):
    """A value that no rule reads; `code` is the problem code and the message a sentence for a person."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:([.,])([0-9]*))?(-?)")


@lru_cache(maxsize=100_000)
def read_number(text: str, decimal_mark: str | None = None, code: str = "quantity-not-a-number") -> Decimal:
    """The number as sent, sign kept: leading or trailing minus, one decimal mark, no thousands separator.

    `decimal_mark` is what UNA announces, None where nothing is announced (ISO 9735, 10.1: then the point or the
    comma). A mark that was not announced with exactly three digits behind it may be a thousands separator: refused.
    Raises UnreadableValueError with `code`, or `number-ambiguous`.
    """
    match = _NUMBER.fullmatch(text)
    if match is None or not (match[2] or match[4]) or (match[1] and match[5]):
        raise UnreadableValueError(code, f"«{text}» is not a number.")
    sign, whole, mark, fraction, trailing = match.groups()
    if mark and len(fraction) == 3 and mark != (decimal_mark or ".") and whole not in ("", "0"):
        raise UnreadableValueError("number-ambiguous", f"«{text}» can mean {whole}.{fraction} or {whole}{fraction}.")
    number = Decimal(f"{'-' if sign == '-' or trailing else ''}{whole or '0'}.{fraction or '0'}" if mark else
                     f"{'-' if sign == '-' or trailing else ''}{whole}")  # fmt: skip
    # With noughts behind them, too: a price of 30 digits times a quantity is more than any column of Gold holds.
    if not fits_json_number(number) or number.adjusted() >= MAX_SIGNIFICANT_DIGITS:
        raise UnreadableValueError(code, f"«{text}» has more than the 15 digits that a quantity may have.")
    return number


def _day(text: str) -> datetime.date:
    """CCYYMMDD or YYMMDD; two-digit years from 70 are of the last century (X12 003030 and before)."""
    if len(text) == 6:
        text = ("19" if text >= "70" else "20") + text
    if len(text) != 8 or not (text.isascii() and text.isdecimal()):
        raise ValueError
    return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _month(text: str) -> tuple[datetime.date, datetime.date]:
    first = datetime.date(int(text[:4]), int(text[4:6]), 1)
    return first, (first.replace(day=28) + datetime.timedelta(days=4)).replace(day=1) - datetime.timedelta(days=1)


def _week(text: str) -> tuple[datetime.date, datetime.date]:
    monday = datetime.date.fromisocalendar(int(text[:4]), int(text[4:6]), 1)
    return monday, monday + datetime.timedelta(days=6)


def _halves(text: str) -> tuple[str, str]:
    """Both ends of a range, written with a hyphen or run together."""
    if "-" in text:
        start, end = text.split("-")
        return start, end
    return text[: len(text) // 2], text[len(text) // 2 :]


def _one(day: datetime.date) -> tuple[datetime.date, datetime.date]:
    return day, day


def _pair(text: str, read: Callable[[str], tuple[datetime.date, datetime.date]]) -> tuple[datetime.date, datetime.date]:
    """First day of the first half, last day of the second."""
    start, end = _halves(text)
    return read(start)[0], read(end)[1]


_READERS: Mapping[DateForm, Callable[[str], tuple[datetime.date, datetime.date]]] = {
    "day": lambda text: _one(_day(text)),
    "time": lambda text: _one(_day(text[:8])),
    "month": _month,
    "week": _week,
    "days": lambda text: _pair(text, lambda half: _one(_day(half))),
    "times": lambda text: _pair(text, lambda half: _one(_day(half[:6]))),
    "weeks": lambda text: _pair(text, _week),
}
_FORMS = {**EDIFACT.date_forms, **X12.date_forms}


def _guess_form(text: str) -> DateForm:
    """What the length of a date tells."""
    if "-" in text or len(text) == 16:
        return "days"
    return "time" if len(text) in (12, 14) else "day"


@lru_cache(maxsize=20_000)
def read_period(text: str, form: str = "") -> tuple[datetime.date, datetime.date]:
    """First and last day of a stated date or period.

    `form` is EDIFACT 2379 or X12 1250; without it the length decides: 6 or 8 digits a day, 12 a day and time, 16 or a
    hyphen a range. Weeks are read as ISO weeks. Raises UnreadableValueError `date-invalid`.
    """
    if form and form not in _FORMS:
        raise UnreadableValueError("date-invalid", f"The date «{text}» has the format {form}, which is not known.")
    kind, length = _FORMS[form] if form else (_guess_form(text), None)
    try:
        if length and len(text) != length:
            raise ValueError
        return _READERS[kind](text)
    except ValueError:
        raise UnreadableValueError(
            "date-invalid", f"«{text}» is no date{' of format ' + form if form else ''}."
        ) from None
