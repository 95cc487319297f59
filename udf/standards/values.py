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


INVISIBLE = "\\xad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb"
"""Signs that nobody sees, as a set of a pattern: within a number or a name they make another of it for every join."""

_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:([.,])([0-9]*))?(-?)")
ONLY_POINT = "R"
"""In place of an announced mark: X12.6 gives its numbers (type R) the point, and no comma."""


@lru_cache(maxsize=100_000)
def read_number(text: str, decimal_mark: str | None = None, code: str = "quantity-not-a-number") -> Decimal:
    """The number as sent, sign kept: a minus in front, one decimal mark, no thousands separator.

    `decimal_mark` is what UNA announces, None where nothing is announced (ISO 9735, 10.1: then the point or the
    comma), ONLY_POINT in X12. A mark that was not announced with exactly three digits behind it may be a thousands
    separator: refused. So is a minus behind its number: both standards have it in front (ISO 9735, 10.3; X12.6, type
    R). Raises UnreadableValueError with `code`, or `number-ambiguous`.
    """
    match = _NUMBER.fullmatch(text)
    if match is None or not (match[2] or match[4]) or (match[1] and match[5]):
        raise UnreadableValueError(code, f"«{text}» is not a number.")
    sign, whole, mark, fraction, trailing = match.groups()
    if trailing:
        raise UnreadableValueError(code, f"«{text}» has its minus behind the number, where no standard has it.")
    if mark == "," and decimal_mark == ONLY_POINT:
        raise UnreadableValueError(code, f"«{text}» has a comma, and numbers of X12 have a point.")
    if decimal_mark == ONLY_POINT:
        decimal_mark = None
    if mark and len(fraction) == 3 and mark != (decimal_mark or ".") and whole not in ("", "0"):
        raise UnreadableValueError("number-ambiguous", f"«{text}» can mean {whole}.{fraction} or {whole}{fraction}.")
    minus = "-" if sign == "-" else ""
    number = Decimal(f"{minus}{whole or '0'}.{fraction or '0'}" if mark else f"{minus}{whole}")
    # With noughts behind them, too: a price of 30 digits times a quantity is more than any column of Gold holds.
    if not fits_json_number(number) or number.adjusted() >= MAX_SIGNIFICANT_DIGITS:
        raise UnreadableValueError(code, f"«{text}» has more than the 15 digits that a quantity may have.")
    return number


def _digits(text: str, length: int | None = None) -> str:
    if not (text.isascii() and text.isdecimal()) or (length and len(text) != length):
        raise ValueError
    return text


def _century(text: str, short: int) -> str:
    """Digits that begin with a year of four digits; a year of two from 70 on is of the last century."""
    return ("19" if text >= "70" else "20") + text if len(text) == short else text


def _day(text: str) -> datetime.date:
    """CCYYMMDD or YYMMDD (X12 003030 and before)."""
    text = _digits(_century(text, 6), 8)
    return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _day_of_time(text: str) -> datetime.date:
    """The day before hours, minutes and perhaps seconds and a time zone: YYMMDDHHMM, or CCYYMMDD and more."""
    return _day(text[: 6 if len(text) == _SHORT_TIME else 8])


_SHORT_TIME = len("YYMMDDHHMM")


def _month(text: str) -> tuple[datetime.date, datetime.date]:
    text = _digits(_century(text, 4), 6)
    return _months(int(text[:4]), int(text[4:]), 1)


def _months(year: int, month: int, count: int) -> tuple[datetime.date, datetime.date]:
    first = datetime.date(year, month, 1)
    past = datetime.date(year + (month + count > 12), (month + count - 1) % 12 + 1, 1)
    return first, past - datetime.timedelta(days=1)


def _quarter(text: str) -> tuple[datetime.date, datetime.date]:
    number = int(_digits(text, 5)[4:])
    return _months(int(text[:4]), {1: 1, 2: 4, 3: 7, 4: 10}.get(number, 0), 3)


def _year(text: str) -> tuple[datetime.date, datetime.date]:
    return _months(int(_digits(text, 4)), 1, 12)


def _week(text: str) -> tuple[datetime.date, datetime.date]:
    text = _digits(_century(text, 4), 6)
    monday = datetime.date.fromisocalendar(int(text[:4]), int(text[4:]), 1)
    return monday, monday + datetime.timedelta(days=6)


def _halves(text: str) -> tuple[str, str]:
    """Both ends of a range, written with a hyphen or run together."""
    if "-" in text:
        start, end = text.split("-")
        return start, end
    return text[: len(text) // 2], text[len(text) // 2 :]


def _one(day: datetime.date) -> tuple[datetime.date, datetime.date]:
    return day, day


_READERS: Mapping[DateForm, Callable[[str], tuple[datetime.date, datetime.date]]] = {
    "day": lambda text: _one(_day(text)),
    "daymonth": lambda text: _one(_day(text[4:] + text[2:4] + text[:2])),
    "monthday": lambda text: _one(_day(text[4:] + text[:4])),
    "time": lambda text: _one(_day_of_time(text)),
    "week": _week,
    "month": _month,
    "quarter": _quarter,
    "year": _year,
}
_PAIRS: Mapping[DateForm, DateForm] = {"days": "day", "times": "time", "weeks": "week", "months": "month"}
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
    half = _PAIRS.get(kind)
    try:
        halves = _halves(text) if half else (text, text)
        if length and any(len(each) != length for each in halves):
            raise ValueError
        read = _READERS[half or kind]
        return read(halves[0])[0], read(halves[1])[1]
    except ValueError:
        raise UnreadableValueError(
            "date-invalid", f"«{text}» is no date{' of format ' + form if form else ''}."
        ) from None
