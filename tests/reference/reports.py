"""What one partner has sent and what is agreed with it: all that Gold may know, before any rule is applied."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

__all__ = ["History", "Line", "Message", "Pack", "Schedule", "replace"]


@dataclass(frozen=True)
class Line:
    """A line of a compiled document, each field as the document has it."""

    measure: str
    qualifier: str | None
    quantity: Decimal | None
    item_id: str | None
    item_id_type: str | None
    location_id: str | None = None
    unit: str | None = None
    price: Decimal | None = None
    price_type: str | None = None
    currency: str | None = None
    period_start: date | None = None
    period_end: date | None = None
    as_of_date: date | None = None


@dataclass(frozen=True)
class Message:
    """A message as Bronze holds it, with its document and verdict as Silver does; times are UTC."""

    message_id: str
    interchange_id: str
    position: int
    text: str
    message_type: str
    prepared_at: datetime | None
    received_at: datetime
    control_number: int | None = None
    document_number: str | None = None
    function: str | None = None
    currency: str | None = None
    period_start: date | None = None
    period_end: date | None = None
    lines: tuple[Line, ...] = ()
    rejected_line_count: int = 0
    is_test_envelope: bool = False
    is_test_document: bool = False
    is_compiled: bool = True
    is_valid: bool = True
    route: str | None = "plan"
    model_version: str | None = None
    compiler_version: str | None = "compiler 1"


@dataclass(frozen=True)
class Pack:
    """Pieces in a case: a row of reference.pack_factors, of one partner or of all."""

    item_id_type: str
    item_id: str
    unit: str
    pieces: Decimal
    contained_item_id: str | None = None


@dataclass(frozen=True)
class Schedule:
    """What is expected each week: a row of reference.file_schedules."""

    message_type: str
    files_per_week: int
    days_until_late: int


@dataclass
class History:
    """One partner: its settings and its messages, in the order in which they arrived."""

    seed: int
    partner: str
    is_registered: bool
    week_calendar: str | None
    price_basis: str | None
    stock_lag_days: int = 0
    absent_sales: str | None = None
    centres: frozenset[str] = frozenset()
    totals: frozenset[str] = frozenset()
    """Places that stand for others."""
    packs: list[Pack] = field(default_factory=list)
    schedules: list[Schedule] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
