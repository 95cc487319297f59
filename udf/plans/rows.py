"""Plans and their arrangements as rows of silver.plans and silver.arrangements."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from udf.edi.delimiters import Delimiters
from udf.plans.plan import Dialect, Kind, Plan, Status, arrange, name_plan
from udf.plans.profiles import Profile
from udf.plans.shapes import parse_shape
from udf.standards.reference import Reference


class PlanRow(NamedTuple):
    """A plan as a row of silver.plans."""

    plan_id: str
    partner: str
    standard: str
    message_type: str
    version: str
    decimal_mark: str | None
    una: str | None
    delimiters: str
    """JSON: segment, element, component, release, repetition, decimal."""
    kind: Kind
    shape: str
    records: str
    """JSON: for each record, field to [segment, element, component], from 0."""
    mapping: str
    """The same for a person."""
    confidence: float
    proofs: int
    status: Status
    reason: str
    profile: str = "{}"
    """JSON, of a header: its dialect's profile (`udf.plans.profiles`)."""
    decisions: Sequence[int] = ()


class ArrangementRow(NamedTuple):
    """An arrangement that was proved, as a row of silver.arrangements: ids of plans, `order` as `group>line`."""

    header: str
    first: str
    last: str
    trailer: str
    order: tuple[str, ...]
    plans: tuple[str, ...]


def write_row(plan: Plan, profile: Profile) -> PlanRow:
    """The row of a plan; `profile` is that of its dialect."""
    dialect, marks = plan.dialect, plan.dialect.delimiters
    delimiters = [marks.segment, marks.element, marks.component, marks.release, marks.repetition, marks.decimal]
    return PlanRow(
        plan.plan_id, dialect.partner, dialect.standard, dialect.message_type, dialect.version, dialect.decimal_mark,
        dialect.una, json.dumps(delimiters), plan.kind, str(plan.shape), json.dumps(plan.records), plan.describe(),
        plan.confidence, plan.proofs, plan.status, plan.reason, profile.dump() if plan.kind == "header" else "{}",
        list(dialect.decisions),
    )  # fmt: skip


def write_arrangement(plans: Sequence[Plan]) -> ArrangementRow:
    """The row of the arrangement of a message's plans."""
    known = arrange(plans)
    return ArrangementRow(
        known.header.plan_id, known.first.plan_id, known.last.plan_id, known.trailer.plan_id,
        tuple(sorted(">".join(pair) for pair in known.order)), tuple(sorted({plan.plan_id for plan in plans})),
    )  # fmt: skip


def read_row(row: PlanRow, reference: Reference) -> Plan:
    """The plan of a row. Raises ValueError where its shape is none, or its id not that of what it holds."""
    segment, element, component, release, repetition, decimal = json.loads(row.delimiters)
    delimiters = Delimiters(
        row.standard, segment, element, component, release, repetition, decimal  # type: ignore[arg-type]
    )  # fmt: skip
    dialect = Dialect(
        row.standard, row.message_type, row.version, row.partner, row.decimal_mark, row.una, delimiters,
        tuple(row.decisions),
    )  # fmt: skip
    stated: list[dict[str, Any]] = json.loads(row.records)
    records = tuple({name: (s, e, c) for name, (s, e, c) in record.items()} for record in stated)
    if row.plan_id != name_plan(dialect, row.kind, row.shape, records):
        raise ValueError("what it holds is not what its id names")
    return Plan(
        row.plan_id, dialect, row.kind, parse_shape(row.shape, delimiters), records,
        dialect.setting(reference), float(row.confidence), row.proofs, row.status, reason=row.reason,
    )  # fmt: skip
