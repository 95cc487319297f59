"""What a person may decide for one partner where the tables say nothing, or something else: a row of each table.

The warehouse holds its decisions (silver.reviews) to these kinds, which `make up` writes down there
(silver.review_kinds), so that the tables say once which codes, roles and measures there are.
"""

from collections.abc import Iterable
from typing import NamedTuple

from udf.reading import TYPES
from udf.standards.message_types import STANDARDS
from udf.standards.places import PLACES, REFERENCES
from udf.standards.reference import read_table

# Counts, sums and references by which a partner's program checks itself: a person who knows that it counts wrongly can
# say so. Every other error stands where a value or its meaning is not proved, and to accept it would prove nothing.
_CONTROLS = frozenset(
    "unt-count-mismatch se-count-mismatch control-reference-mismatch cnt-line-count-mismatch cnt-quantity-mismatch"
    " ctt-line-count-mismatch ctt-hash-mismatch message-total-mismatch".split()
)


class Kind(NamedTuple):
    """Of which cells a decision consists, and what may stand in them."""

    key: tuple[str, ...]
    """Of what it speaks: columns of the table."""
    optional: tuple[str, ...]
    """Those of the key that may be blank."""
    meaning: str
    """The column that it fills."""
    meanings: tuple[str, ...]
    contexts: tuple[dict[str, str], ...]
    """One of these is part of each decision."""
    message_types: tuple[str, ...] = TYPES
    """It may be for messages of one of these types alone."""


def describe_kinds() -> dict[str, Kind]:
    """The kinds of decisions by name."""
    code = ("standard", "segment", "code")
    return {
        "role": Kind(code, (), "is_place", _values("party_roles", "is_place"), tuple(_name_places())),
        "period": Kind(code, (), "role", _values("date_roles", "role"), _contexts("date_roles")),
        "code": Kind(
            (*code, "version"), ("version",), "measure", _values("quantity_meanings", "measure"),
            _contexts("quantity_meanings"),
        ),
        "severity": Kind(
            ("code",), (), "severity", _values("problem_severities", "severity"), tuple(_name_acceptable())
        ),
        # not a row of a table: what stands where in a layout, and what its codes mean
        "layout": Kind(
            ("layout",), (), "measure", _values("quantity_meanings", "measure"),
            tuple({"standard": standard.name} for standard in STANDARDS.values()),
        ),
    }  # fmt: skip


def _values(table: str, column: str) -> tuple[str, ...]:
    return tuple(sorted({row[column] for row in read_table(table)}))


def _contexts(table: str) -> tuple[dict[str, str], ...]:
    found = sorted({(row["standard"], row["segment"]) for row in read_table(table)})
    return tuple({"standard": standard, "segment": segment} for standard, segment in found)


def _name_places() -> Iterable[dict[str, str]]:
    for standard in STANDARDS.values():
        for segment in sorted(standard.segments.keys() & (PLACES | REFERENCES.keys())):
            yield {"standard": standard.name, "segment": segment}


def _name_acceptable() -> Iterable[dict[str, str]]:
    """Any problem may be made an error, and none but these a warning."""
    for row in read_table("problem_severities"):
        if not row["partner"]:
            is_free = row["severity"] == "warning" or row["code"] in _CONTROLS
            yield {"code": row["code"]} if is_free else {"code": row["code"], "severity": "error"}
