"""Values that were converted, read back: a number has the digits of its component and a day those of its date.

Whatever converts them, a line whose values cannot be found in its source is not proved.
"""

import datetime
import re
from collections.abc import Sequence
from decimal import Decimal

from udf.findings import Finding
from udf.outcome import Line

_DIGITS = re.compile("[0-9]")
_FORM = re.compile(r"[^A-Za-z0-9]([0-9]{1,3})(?![A-Za-z0-9])")
"""2379, in the component behind a date of EDIFACT."""


def find_unlike(text: str, lines: Sequence[Line], first: int) -> Finding | None:
    """A value of a line that the text does not state where it is said to stand; `first` is the segment to name."""
    for line in lines:
        for name, span in line.source.items():
            stated = text[slice(*span)]
            if name in _NUMBERS:
                value = getattr(line, name)
                is_like = value is None or is_number_of(stated, value)
            elif name in _DAYS and not (name == "as_of_date" and line.period_end):  # of goods that moved
                value = getattr(line, name)
                form = _FORM.match(text, span[1])
                is_like = value is None or is_day_of(stated, value, form[1] if form else "")
            else:
                continue
            if not is_like:
                detail = f"«{stated[:40]}» was converted to {value}, which it does not say."
                return Finding("value-miscopied", detail, first)
    return None


_NUMBERS = ("quantity", "price", "price_quantity")
_DAYS = ("period_start", "period_end", "as_of_date")


def is_number_of(text: str, number: Decimal) -> bool:
    """Whether a number has the digits, the sign and the decimals of a text."""
    digits, own = ("".join(_DIGITS.findall(each)).lstrip("0") for each in (text, format(number, "f")))
    if digits != own or (number != 0 and ("-" in text) != (number < 0)):
        return False
    marks = re.findall("[.,]", text)
    decimals = -min(0, int(number.as_tuple().exponent))
    return len(marks) != 1 or decimals == len(_DIGITS.findall(text[text.index(marks[0]) :]))


def is_day_of(text: str, day: datetime.date, form: str = "") -> bool:
    """Whether a date begins or ends with a day, or where it names a longer time names the year of the day.

    `form` is how it is written, where something says so: but for a few that begin with the year.
    """
    digits = "".join(_DIGITS.findall(text))
    if (turned := _TURNED.get(form)) and len(digits) == len(day.strftime(turned)):
        return digits == day.strftime(turned)
    whole = day.strftime("%Y%m%d")
    if len(digits) in _LONG and form not in _WEEKS:  # a day, with its time or as one of two
        return whole in (digits[:8], digits[-8:], digits[len(digits) // 2 :][:8])
    short = whole[2:]
    if len(digits) in _SHORT and short in (digits[:6], digits[-6:], digits[len(digits) // 2 :][:6]):
        return True
    # the first week of a year may begin in the one before
    years = [f"{year:04d}" for year in (day.year - 1, day.year, day.year + 1)]
    return any(year in digits or digits[:2] == year[2:] for year in years)


_TURNED = {"2": "%d%m%y", "3": "%m%d%y", "4": "%d%m%Y"}
"""D.01B 2379: forms that do not begin with the year."""
_WEEKS = ("715",)
"""2379 YYWWYYWW: as long as a day."""
_LONG, _SHORT = (8, 14, 16, 24), (6, 10, 12, 20)
