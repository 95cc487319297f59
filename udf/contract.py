"""The shape of a compiled message, the one thing that Python, `silver.outcomes.document` and dbt staging agree on.

Field names are fixed: a later need adds a field and never renames one. `contract.schema.json` beside this file is
generated from these models (`python -m udf.contract` rewrites it) and a test keeps the two equal.

Every model but `Outcome` is frozen. Building is validated (`Line(...)`); where many lines a second are built from
values that the gatekeeper has already proved, `Line.unchecked(...)` gives the same object in half the time. Quantities
and prices are `decimal.Decimal` here and JSON numbers in JSON, dates are `datetime.date` here and ISO text in JSON,
spans are `(start, end)` here and `[start, end]` in JSON, counted in characters of the message's text, end exclusive.
"""

import datetime
import json
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, TypeAdapter, WithJsonSchema
from pydantic.json_schema import models_json_schema

SCHEMA_PATH = Path(__file__).with_name("contract.schema.json")

# IEEE 754 doubles, which every JSON reader may turn a number into, keep any 15 significant digits. EDIFACT 6060 is
# n..15 and X12's QTY02 is R 1/15, so a longer number is a defect of the message and not a limit of ours.
MAX_SIGNIFICANT_DIGITS = 15

Severity = Literal["error", "warning"]
Standard = Literal["EDIFACT", "X12"]
DocumentFunction = Literal["original", "replacement", "cancellation", "change", "duplicate"]
Route = Literal["plan", "model", "review", "mixed"]
AttemptRoute = Literal["plan", "model", "review"]
Span = tuple[int, int]


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


def _require_json_number(value: Decimal) -> Decimal:
    json_number(value)
    return value


Number = Annotated[
    Decimal,
    AfterValidator(_require_json_number),
    PlainSerializer(json_number, return_type=int | float, when_used="json"),
    WithJsonSchema({"type": "number"}),
]


@cache
def _defaults(model: type[BaseModel]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """The model's plain defaults in field order, and the fields whose default has to be made anew each time."""
    fields = model.model_fields.items()
    plain = {name: None if field.is_required() else field.default for name, field in fields}
    factories = [(name, field.default_factory) for name, field in fields if field.default_factory is not None]
    return plain, cast("list[tuple[str, Callable[[], Any]]]", factories)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=(), ser_json_inf_nan="null")

    @classmethod
    def unchecked(cls, **fields: Any) -> Self:
        """The model built from values of the right types, without validation; a field left out takes its default.

        pydantic's own model_construct took five times as long as validating a Line (2.13.4, November 2026), because
        it walks every field in Python; this fills the same two slots at once.
        """
        plain, factories = _defaults(cls)
        values = plain | fields
        for name, factory in factories:
            if name not in fields:
                values[name] = factory()
        made = cls.__new__(cls)
        object.__setattr__(made, "__dict__", values)
        object.__setattr__(made, "__pydantic_fields_set__", set(fields))
        object.__setattr__(made, "__pydantic_extra__", None)
        object.__setattr__(made, "__pydantic_private__", None)
        return made


class Problem(_Frozen):
    """One thing found wrong, with a stable code."""

    code: str
    severity: Severity
    segment: int | None = Field(default=None, description="1-based position of the segment in the message")
    span: Span | None = Field(default=None, description="[start, end) in characters of the message")
    detail: str = Field(default="", description="one sentence for a person: what was found, what was expected")


class Party(_Frozen):
    """A trading partner named in the header (NAD, N1)."""

    role: str = Field(description="the source's qualifier, as sent")
    id: str | None = None
    id_type: str | None = None
    name: str | None = None


class Line(_Frozen):
    """One quantity that the message states for one item at one place."""

    line_number: str | None = Field(default=None, description="LIN 1082, LIN01, as sent")
    item_id: str | None = Field(default=None, description="the chosen one: GTIN types, then vendor's, then buyer's")
    item_id_type: str | None = Field(default=None, description="its qualifier as sent")
    item_ids: dict[str, str] = Field(default_factory=dict, description="qualifier → value")
    location_id: str | None = Field(default=None, description="where it was sold or is held; null when not stated")
    location_id_type: str | None = None
    measure: str = Field(description="sold, returned, on_hand, …; `unmapped` when the reference table does not say")
    qualifier: str | None = Field(default=None, description="the code that decided the measure, as sent")
    quantity: Number = Field(description="exact decimal, sign kept as sent")
    unit: str | None = None
    price: Number | None = None
    price_type: str | None = Field(default=None, description="AAA, NTP, UCP, …, as sent")
    currency: str | None = Field(default=None, description="ISO 4217")
    period_start: datetime.date | None = None
    period_end: datetime.date | None = None
    as_of_date: datetime.date | None = None
    attributes: dict[str, str] = Field(default_factory=dict, description="name → value, anything else the line states")
    confidence: float | None = Field(default=None, description="margin between the best and the second-best reading")
    source: dict[str, Span] = Field(default_factory=dict, description="field → [start, end) in the message's text")


class Document(_Frozen):
    """A compiled message: header fields and the lines that were proved."""

    standard: Standard | None = None
    message_type: str | None = None
    version: str | None = Field(default=None, description="`D:96A:UN:EAN004`, `004010`")
    message_reference: str | None = Field(default=None, description="UNH 0062, ST02")
    document_number: str | None = Field(default=None, description="BGM 1004, XQ04, BIA03")
    function: DocumentFunction | None = Field(default=None, description="from BGM 1225, XQ05, BIA01")
    is_test: bool | None = Field(default=None, description="UNB 0035, ISA15; null without an envelope")
    document_date: datetime.date | None = None
    period_start: datetime.date | None = None
    period_end: datetime.date | None = None
    currency: str | None = Field(default=None, description="ISO 4217, CUX or CUR")
    parties: list[Party] = Field(default_factory=list)
    lines: list[Line] = Field(default_factory=list)


class RejectedLine(_Frozen):
    """A line group that could not be proved: what it said and why it was refused."""

    text: str
    span: Span
    line_number: str | None = None
    output: str | None = Field(default=None, description="the compiler's last answer for it")
    problems: list[Problem] = Field(default_factory=list)


class Attempt(_Frozen):
    """One try at one chunk; what silver.attempts stores."""

    attempt: int
    chunk: str | None = Field(default=None, description='"header", "line 7"')
    route: AttemptRoute
    reading: str
    output: str | None = None
    problems: list[Problem] = Field(default_factory=list)
    compile_ms: float = 0.0


class Envelope(_Frozen):
    """What the interchange around a message says about it; null where the interchange does not."""

    standard: Standard | None = None
    una: str | None = Field(default=None, description="the service string as received, `UNA:+.? '`")
    decimal_mark: str | None = Field(default=None, description="the mark that UNA announces")
    is_test: bool | None = Field(default=None, description="UNB 0035, ISA15; null without UNB or ISA")
    sender: str | None = None
    sender_qualifier: str | None = None
    recipient: str | None = None
    recipient_qualifier: str | None = None
    control_reference: str | None = Field(default=None, description="UNB 0020, ISA13")
    prepared_at: str | None = Field(default=None, description="ISO date and time of UNB S004, ISA09 and ISA10")
    group_type: str | None = Field(default=None, description="GS01")
    version: str | None = Field(default=None, description="GS08")


class Outcome(BaseModel):
    """The compiler's answer for one message, valid or not: bad input of any kind is an outcome, never an exception.

    `route` is null where nothing was compiled, e.g. for an unsupported message type. `attempt_log` is for
    silver.attempts and `plans` names the plans that ran; both are left out of every dump.
    """

    model_config = ConfigDict(extra="forbid", protected_namespaces=(), ser_json_inf_nan="null")

    message_type: str | None = None
    is_valid: bool
    is_complete: bool
    document: Document | None = None
    rejected_lines: list[RejectedLine] = Field(default_factory=list)
    problems: list[Problem] = Field(default_factory=list)
    route: Route | None = None
    attempts: int = 0
    model_version: str = ""
    compiler_version: str = ""
    verification_hash: str = ""
    compile_ms: float = 0.0
    attempt_log: list[Attempt] = Field(default_factory=list, exclude=True, repr=False)
    plans: tuple[str, ...] = Field(default=(), exclude=True, repr=False)


class CompiledRow(NamedTuple):
    """An Outcome as the columns of silver.outcomes: its parts are JSON text, so that storing one makes no objects.

    `document` is canonical (`dump_document`), the text that `verification_hash` is made of. `plans` are the ids of the
    plans that made it, none where the model did.
    """

    message_type: str | None
    is_valid: bool
    is_complete: bool
    document: str | None
    rejected_lines: str
    problems: str
    route: Route | None
    attempts: int
    model_version: str
    compiler_version: str
    verification_hash: str
    compile_ms: float
    attempt_log: list[Attempt]
    plans: tuple[str, ...] = ()


_PROBLEMS = TypeAdapter(list[Problem])
_REJECTED = TypeAdapter(list[RejectedLine])


def dump_problems(problems: list[Problem]) -> str:
    """The problems as JSON text."""
    return _PROBLEMS.dump_json(problems).decode() if problems else "[]"


def dump_document(document: Document) -> str:
    """The document's canonical JSON: sorted keys, no blanks, no escapes but those that JSON demands."""
    return json.dumps(document.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def make_row(outcome: Outcome, document: str | None) -> CompiledRow:
    """The outcome as a row; `document` is its document as `dump_document` gives it."""
    return CompiledRow(
        outcome.message_type, outcome.is_valid, outcome.is_complete, document,
        _REJECTED.dump_json(outcome.rejected_lines).decode() if outcome.rejected_lines else "[]",
        dump_problems(outcome.problems), outcome.route, outcome.attempts, outcome.model_version,
        outcome.compiler_version, outcome.verification_hash, outcome.compile_ms, outcome.attempt_log, outcome.plans,
    )  # fmt: skip


def read_row(row: CompiledRow) -> Outcome:
    """The outcome that a row was made of."""
    return Outcome(
        message_type=row.message_type, is_valid=row.is_valid, is_complete=row.is_complete,
        document=Document.model_validate_json(row.document) if row.document else None,
        rejected_lines=_REJECTED.validate_json(row.rejected_lines), problems=_PROBLEMS.validate_json(row.problems),
        route=row.route, attempts=row.attempts, model_version=row.model_version,
        compiler_version=row.compiler_version, verification_hash=row.verification_hash, compile_ms=row.compile_ms,
        attempt_log=row.attempt_log, plans=row.plans,
    )  # fmt: skip


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a dumped Outcome, with Envelope and Attempt among its definitions."""
    _, schema = models_json_schema(
        [(Outcome, "serialization"), (Envelope, "serialization"), (Attempt, "serialization")],
        ref_template="#/$defs/{model}",
    )
    definitions = schema["$defs"]
    for name in ("attempt_log", "plans"):
        definitions["Outcome"]["properties"].pop(name, None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Outcome",
        "$ref": "#/$defs/Outcome",
        "$defs": definitions,
    }


def write_json_schema(path: Path = SCHEMA_PATH) -> None:
    """Write the schema that is committed beside this module."""
    path.write_text(json.dumps(json_schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_json_schema()
