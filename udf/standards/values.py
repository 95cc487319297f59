"""Text as sent becomes numbers and dates, by plain rules; what can be read in two ways is refused."""

import datetime
import re
from decimal import Decimal
from functools import lru_cache

from udf.numbers import MAX_SIGNIFICANT_DIGITS, fits_json_number


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


@lru_cache(maxsize=20_000)
def read_period(text: str, form: str = "") -> tuple[datetime.date, datetime.date]:
    """First and last day of a stated date or period.

    `form` is EDIFACT 2379 (101, 102, 203, 204, 610 month, 616 week, 711 and 718 ranges, 713, 716, 717) or X12 1250
    (D8, RD8); without it the length decides: 6 or 8 digits a day, 12 a day and time, 16 or a hyphen a range. Weeks are
    read as ISO weeks. Raises UnreadableValueError `date-invalid`.
    """
    try:
        if form == "610":
            return _month(text)
        if form == "616":
            return _week(text)
        if form == "716":
            start, end = _halves(text)
            return _week(start)[0], _week(end)[1]
        if form in ("711", "718", "717", "RD8") or (form == "" and ("-" in text or len(text) == 16)):
            start, end = _halves(text)
            return _day(start), _day(end)
        if form == "713":
            start, end = _halves(text)
            return _day(start[:6]), _day(end[:6])
        if form in ("203", "204") or (form == "" and len(text) in (12, 14)):
            day = _day(text[:8])
        elif form in ("", "102", "101", "D8", "D6"):
            if (form == "102" and len(text) != 8) or (form == "101" and len(text) != 6):
                raise ValueError
            day = _day(text)
        else:
            raise UnreadableValueError("date-invalid", f"The date «{text}» has the format {form}, which is not known.")
        return day, day
    except UnreadableValueError:
        raise
    except ValueError:
        raise UnreadableValueError(
            "date-invalid", f"«{text}» is no date{' of format ' + form if form else ''}."
        ) from None
