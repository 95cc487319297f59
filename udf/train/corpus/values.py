"""The values that fill a draft: numbers, dates, identifiers and words as partners write them."""

import random
from collections.abc import Callable
from decimal import Decimal

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ALPHANUMERIC = _LETTERS + "0123456789"
_TOWNS = ["BERLIN", "STORE 12", "HH", "MUC", "DALLAS", "KANSAS CITY", "LYON 3", "MAIN ST", "OSLO"]


def digits(r: random.Random, low: int, high: int | None = None) -> str:
    return "".join(r.choice("0123456789") for _ in range(r.randint(low, high or low)))


def code(r: random.Random, low: int, high: int) -> str:
    return "".join(r.choice(_ALPHANUMERIC) for _ in range(r.randint(low, high)))


def with_check_digit(body: str) -> str:
    """A GS1 key from its digits without the last (GS1 General Specifications, 7.9)."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(body)))
    return body + str(-total % 10)


def gtin(r: random.Random, lengths: tuple[int, ...] = (13, 13, 13, 12, 14, 8)) -> str:
    return with_check_digit(digits(r, r.choice(lengths) - 1))


def place(r: random.Random) -> str:
    kind = r.random()
    if kind < 0.45:
        return with_check_digit(digits(r, 12))
    if kind < 0.75:
        return digits(r, 2, 6)
    return code(r, 3, 8) if kind < 0.9 else r.choice(_TOWNS) + r.choice(["", "_" + digits(r, 2)])


def day(r: random.Random, six: bool = False) -> str:
    year, rest = r.randint(0, 30), f"{r.randint(1, 12):02d}{r.randint(1, 28):02d}"
    return (
        f"{year:02d}{rest}" if six else f"20{year:02d}{rest}" if r.random() < 0.97 else f"19{r.randint(90, 99)}{rest}"
    )


def days(r: random.Random, six: bool = False) -> tuple[str, str]:
    """Two days in order."""
    first, last = sorted((day(r, six), day(r, six)))
    return first, last


def number(r: random.Random) -> str:
    kind = r.random()
    if kind < 0.6:
        return str(r.randint(0, 10 ** r.choice([1, 1, 2, 2, 3, 4, 5, 6])))
    if kind < 0.75:
        return f"-{r.randint(1, 10 ** r.choice([1, 2, 3]))}"
    if kind < 0.9:
        return f"{r.randint(0, 9999)}.{digits(r, 1, 3)}"
    if kind < 0.95:
        return f"{r.randint(0, 999)},{digits(r, 1, 2)}"
    return r.choice(
        [f"-{r.randint(0, 99)}.{digits(r, 1, 2)}", f"-{r.randint(1, 99)}", f"+{r.randint(1, 99)}", "0", "1"]
    )


def money(r: random.Random) -> str:
    kind = r.random()
    if kind < 0.7:
        return f"{r.randint(0, 1999)}.{digits(r, 1, 2)}"
    return str(r.randint(0, 300)) if kind < 0.85 else f"{r.randint(0, 300)},{digits(r, 2)}"


def item_number(r: random.Random) -> str:
    kind = r.random()
    if kind < 0.3:
        return gtin(r)
    if kind < 0.45:
        return digits(r, 4, 11)
    if kind < 0.75:
        return code(r, 3, 14)
    return r.choice([
        f"{code(r, 2, 5)}-{digits(r, 2, 5)}", f"{code(r, 1, 4)} {code(r, 2, 8)}", f"{code(r, 2, 6)}/{digits(r, 3)}",
        "****".join([digits(r, 3), digits(r, 4)]), f"DE-PROD-{digits(r, 3)}", digits(r, 12, 20),
        f"{digits(r, 1)}.{digits(r, 1)}.{digits(r, 1)}"[: r.randint(2, 5)] + r.choice(["", "/A"]),
        f"{code(r, 6, 9)}-{code(r, 5, 9)}",
    ])  # fmt: skip


_WORDS = (
    "SOCKS", "MUG", "MILK 1,5L", "TV 55", "KIDS' 3+1", "WHAT? 45:5", "QTY 153", "LIN", "PACK*12", "A~B", "LOC+162",
    "SE", "TEE BLUE", "UNT", "100% COTTON", "N1*ST", "5 > 4", "O'NEILL: CAP", "ZA", "HELLO?", "UNA", "[NEW]", "50/50",
)  # fmt: skip


def phrase(r: random.Random) -> str:
    """Free text full of separators and of words that look like tags."""
    return " ".join(r.choice(_WORDS) for _ in range(r.randint(1, 3)))


def different(r: random.Random, draw: Callable[[random.Random], str], count: int) -> list[str]:
    """So many different values: a place that stands twice under one activity would be a contradiction."""
    found: list[str] = []
    while len(found) < count:
        value = draw(r)
        if value not in found:
            found.append(value)
    return found


def unknown_code(r: random.Random) -> str:
    """A short code that no list of ours holds: what a partner invents."""
    return r.choice([digits(r, 2, 3), code(r, 2, 3), r.choice(_LETTERS) + digits(r, 1, 2)])


def decimal_of(text: str) -> Decimal:
    """A drawn number as a number, by a rule of its own: a comma is a point."""
    return Decimal(("-" if "-" in text else "") + text.strip("+-").replace(",", "."))
