"""Decimals that JSON holds exactly."""

from decimal import Decimal

# IEEE 754 doubles, which every JSON reader may turn a number into, keep any 15 significant digits. EDIFACT 6060 is
# n..15 and X12's QTY02 is R 1/15, so a longer number is a defect of the message and not a limit of ours.
MAX_SIGNIFICANT_DIGITS = 15


def fits_json_number(value: Decimal) -> bool:
    """True when the decimal survives JSON exactly: finite, at most 15 significant digits, |exponent| below 30."""
    if not value.is_finite():
        return False
    digits = value.as_tuple().digits
    significant = len(digits)
    while significant > 1 and digits[significant - 1] == 0:
        significant -= 1
    return significant <= MAX_SIGNIFICANT_DIGITS and (not value or -30 < value.adjusted() < 30)


def json_number(value: Decimal) -> int | float:
    """The JSON number that equals the decimal: an int where it is integral, else the float with the same digits.

    Raises ValueError for a decimal that `fits_json_number` refuses: a wrong digit must never leave in silence.
    """
    if not fits_json_number(value):
        raise ValueError(f"{value} is no number of at most {MAX_SIGNIFICANT_DIGITS} significant digits")
    integer = int(value)
    return integer if integer == value else float(value)
