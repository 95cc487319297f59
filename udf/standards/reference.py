"""The reference tables: what codes mean and how severe problems are, by default and for one partner."""

import copy
import csv
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from udf.outcome import Severity
from udf.standards import codes

FOLDER = Path(__file__).parents[1] / "reference"


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of a table of seeds/reference."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        names, *rows = csv.reader(file)  # three times as fast as by DictReader, and all of it is read at each start
        return [dict(zip(names, row, strict=True)) for row in rows]


def _key_of_role(row: dict[str, str]) -> tuple[str, str, str, str]:
    return row["standard"], row["segment"], row["code"], row["partner"]


class Decision(NamedTuple):
    """What a person has decided for one partner: a row as it would stand in a table, before all that stands there."""

    review_id: int
    kind: str
    """`role`, `code`, `period` or `severity` (`udf.standards.decisions`); `layout` is nothing that a table holds."""
    partner: str
    message_type: str | None
    """None for messages of any type."""
    row: Mapping[str, Any]
    """Of a layout what its approval says, else a row of texts."""


class Reference:
    """Tables in memory. A blank cell fits anything; of the rows that fit, the most specific wins."""

    def __init__(self) -> None:
        self.in_force: tuple[int, ...] = ()
        """The decisions that stand before the tables, for the partner and message type of `decided`."""
        self.layouts: tuple[Decision, ...] = ()
        """Of them those of layouts."""
        self._decisions: dict[str, tuple[Decision, ...]] = {}
        self._decided: dict[tuple[str, str], Reference] = {}
        self._extended: dict[tuple[int, ...], tuple[tuple[Decision, ...], Reference]] = {}
        self._meanings: dict[tuple[str, str, str], list[dict[str, str]]] = {}
        for row in read_table("quantity_meanings"):
            self._meanings.setdefault((row["standard"], row["segment"], row["code"]), []).append(row)
        self._places = {_key_of_role(row): row["is_place"] for row in read_table("party_roles")}
        self._dates = {_key_of_role(row): row["role"] for row in read_table("date_roles")}
        self._prices = {
            (r["standard"], r["element"], r["code"]): int(r["preference"]) for r in read_table("price_types")
        }
        self._severities: dict[tuple[str, str], Severity] = {
            (row["code"], row["partner"]): row["severity"]  # type: ignore[misc]
            for row in read_table("problem_severities")
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
                # a decision beats all, a partner's own meaning a directory version, which beats a message type
                score = 8 * ("review_id" in row) + 4 * bool(row["partner"])
                score += 2 * bool(row["version"]) + bool(row["message_type"])
                if score > points:
                    best, points = row["measure"], score
            self._found[key] = best
        return self._found[key]

    def ignores_quantities(self, standard: str) -> bool:
        """Whether some quantity of a standard counts documents and not units, for a partner at least."""
        rows = (row for key, found in self._meanings.items() if key[0] == standard for row in found)
        return any(row["measure"] == "ignored" for row in rows)

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

    def decide(self, decisions: Sequence[Decision]) -> set[str]:
        """Have these decisions hold and no others; the partners for whom others have held until now."""
        found: dict[str, tuple[Decision, ...]] = {}
        for decision in decisions:
            found[decision.partner] = (*found.get(decision.partner, ()), decision)
        partners = self._decisions.keys() | found.keys()
        changed = {partner for partner in partners if self._decisions.get(partner) != found.get(partner)}
        self._decisions = found
        self._decided = {key: tables for key, tables in self._decided.items() if key[0] not in changed}
        return changed

    def find_decisions(self, partner: str, message_type: str | None) -> tuple[Decision, ...]:
        """Those that hold for a partner's messages of a type, in the order in which they were made."""
        own = self._decisions.get(partner, ())
        return tuple(decision for decision in own if decision.message_type in (None, message_type))

    def decided(self, partner: str, message_type: str) -> "Reference":
        """The tables for a partner's messages of a type: with what was decided for them, and no longer in change."""
        if partner not in self._decisions:
            return self
        key = partner, message_type
        if key not in self._decided:
            self._decided[key] = self._with(self.find_decisions(partner, message_type))
        return self._decided[key]

    def with_meanings(self, decisions: tuple[Decision, ...]) -> "Reference":
        """The tables with what a layout's approval says of codes besides."""
        key = tuple(decision.review_id for decision in decisions)
        known = self._extended.get(key)
        if known is None or known[0] != decisions:
            known = decisions, self._with(decisions)
            known[1].in_force = self.in_force
            self._extended[key] = known
        return known[1]

    def _with(self, decisions: Sequence[Decision]) -> "Reference":
        tables = copy.copy(self)
        tables.in_force = tuple(sorted(decision.review_id for decision in decisions))
        tables.layouts = tuple(decision for decision in decisions if decision.kind == "layout")
        tables._extended = {}
        tables._decisions, tables._decided, tables._found = {}, {}, {}
        tables._meanings, tables._places = self._meanings.copy(), self._places.copy()
        tables._dates, tables._severities = self._dates.copy(), self._severities.copy()
        for decision in decisions:
            row = {**decision.row, "partner": decision.partner, "message_type": decision.message_type or ""}
            if decision.kind == "role":
                tables._places[_key_of_role(row)] = row["is_place"]
            elif decision.kind == "period":
                tables._dates[_key_of_role(row)] = row["role"]
            elif decision.kind == "code":
                key = row["standard"], row["segment"], row["code"]
                tables._meanings[key] = [*tables._meanings.get(key, ()), {**row, "review_id": str(decision.review_id)}]
            elif decision.kind == "severity":
                tables._severities[row["code"], row["partner"]] = row["severity"]
        return tables


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
