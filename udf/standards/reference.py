"""The reference tables: what codes mean and how severe problems are, by default and for one partner."""

import csv
import hashlib
from functools import cache
from pathlib import Path

from udf.outcome import Severity
from udf.standards import codes

FOLDER = Path(__file__).parents[1] / "reference"


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        names, *rows = csv.reader(file)  # three times as fast as by DictReader, and all of it is read at each start
        return [dict(zip(names, row, strict=True)) for row in rows]


def _key_of_role(row: dict[str, str]) -> tuple[str, str, str, str]:
    return row["standard"], row["segment"], row["code"], row["partner"]


class Reference:
    """Tables in memory. A blank cell fits anything; of the rows that fit, the most specific wins."""

    def __init__(self) -> None:
        self._meanings: dict[tuple[str, str, str], list[dict[str, str]]] = {}
        for row in _rows("quantity_meanings"):
            self._meanings.setdefault((row["standard"], row["segment"], row["code"]), []).append(row)
        self._places = {_key_of_role(row): row["is_place"] for row in _rows("party_roles")}
        self._dates = {_key_of_role(row): row["role"] for row in _rows("date_roles")}
        self._prices = {(r["standard"], r["element"], r["code"]): int(r["preference"]) for r in _rows("price_types")}
        self._severities: dict[tuple[str, str], Severity] = {
            (row["code"], row["partner"]): row["severity"]  # type: ignore[misc]
            for row in _rows("problem_severities")
        }
        self._found: dict[tuple[str, str, str, str, str, str], str | None] = {}

    def measure(
        self, standard: str, message_type: str, segment: str, version: str, partner: str, code: str
    ) -> str | None:
        """What a quantity's qualifier means, None where no row says."""
        key = (standard, message_type, segment, version, partner, code)
        if key not in self._found:
            best, points = None, -1
            for row in self._meanings.get((standard, segment, code), ()):
                if row["message_type"] not in ("", message_type) or row["partner"] not in ("", partner):
                    continue
                if not version.startswith(row["version"]):
                    continue
                # a partner's own meaning beats a directory version, which beats a message type
                score = 4 * bool(row["partner"]) + 2 * bool(row["version"]) + bool(row["message_type"])
                if score > points:
                    best, points = row["measure"], score
            self._found[key] = best
        return self._found[key]

    def has_own_meaning(self, standard: str, segment: str, code: str, partner: str) -> bool:
        """Whether a row of the partner's own says what a quantity means."""
        return bool(partner) and any(
            row["partner"] == partner for row in self._meanings.get((standard, segment, code), ())
        )

    def place_role(self, standard: str, segment: str, code: str, partner: str = "") -> str | None:
        """`yes`, `weak` (a place where no other is named) or `no`; None for an unknown role."""
        own = self._places.get((standard, segment, code, partner)) if partner else None
        return own or self._places.get((standard, segment, code, ""))

    def date_role(self, standard: str, segment: str, code: str, partner: str = "") -> str | None:
        """`period_start`, `period_end`, `period`, `as_of`, `document` or `ignored`; None for an unknown qualifier."""
        own = self._dates.get((standard, segment, code, partner)) if partner else None
        return own or self._dates.get((standard, segment, code, ""))

    def is_settled(self, standard: str, segment: str, code: str, partner: str) -> bool:
        """Whether a row of the partner's own says what a party, a reference or a date is."""
        key = (standard, segment, code, partner)
        return bool(partner) and (key in self._places or key in self._dates)

    def price_preference(self, standard: str, element: str, code: str) -> int | None:
        """Which of several prices is taken, the lowest first; None for a type of price that no row names."""
        return self._prices.get((standard, element, code))

    def severity(self, code: str, partner: str = "") -> Severity:
        """`error` or `warning`; a problem that no row names is an error."""
        return self._severities.get((code, partner)) or self._severities.get((code, ""), "error")


@cache
def load_reference() -> Reference:
    """The tables of this installation, read once in a process."""
    return Reference()


def reference_digest() -> str:
    """A hash over the tables, part of the compiler's version: a changed meaning is a changed compiler."""
    digest = hashlib.sha256()
    for name in ("quantity_meanings", "party_roles", "date_roles", "price_types", "problem_severities"):
        digest.update((FOLDER / f"{name}.csv").read_bytes())
    for path in sorted(codes.FOLDER.glob("*.csv")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
