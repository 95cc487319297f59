"""The shape of a compiled message, the one thing that Python, `silver.outcomes.document` and dbt staging agree on.

Field names are fixed: a later need adds a field and never renames one. `contract.schema.json` beside this file is
generated from these models (`python -m udf.contract` rewrites it) and a test keeps the two equal.

Every model but `Outcome` is frozen, and building one is validated. The compiler itself works with plain tuples of the
same fields (`udf.outcome`), from whose JSON these models are read. Quantities and prices are `decimal.Decimal` here and
JSON numbers in JSON, dates are `datetime.date` here and ISO text in JSON, spans are `(start, end)` here and
`[start, end]` in JSON, counted in characters of the message's text, end exclusive.

A document is a function of the message, its envelope and the compiler's version alone, and so is `verification_hash`:
both are the same in Python and in SQL, alone or in a batch, by the model or by plans. So nothing stands in it that
depends on how it was made; how sure the model was of a reading belongs to the plan that keeps it (silver.plans).
"""

import datetime
import json
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, TypeAdapter, WithJsonSchema
from pydantic.json_schema import models_json_schema

from udf import outcome
from udf.numbers import json_number
from udf.outcome import AttemptRoute, CompiledRow, DocumentFunction, ProposalKind, Route, Severity, Span, Standard

SCHEMA_PATH = Path(__file__).with_name("contract.schema.json")


def _require_json_number(value: Decimal) -> Decimal:
    json_number(value)
    return value


Number = Annotated[
    Decimal,
    AfterValidator(_require_json_number),
    PlainSerializer(json_number, return_type=int | float, when_used="json"),
    WithJsonSchema({"type": "number"}),
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=(), ser_json_inf_nan="null")


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


class Price(_Frozen):
    """One price that a line states for a quantity."""

    price: Number
    price_type: str | None = Field(default=None, description="AAA, NTP, UCP, …, as sent")
    price_unit: str | None = Field(default=None, description="the unit that it is for, as sent")
    price_quantity: Number | None = Field(default=None, description="the number of these units; null for one")
    currency: str | None = Field(default=None, description="ISO 4217")


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
    price: Number | None = Field(default=None, description="of several the one that the table of price types prefers")
    price_type: str | None = Field(default=None, description="AAA, NTP, UCP, …, as sent")
    currency: str | None = Field(default=None, description="ISO 4217")
    period_start: datetime.date | None = None
    period_end: datetime.date | None = None
    as_of_date: datetime.date | None = None
    attributes: dict[str, str] = Field(default_factory=dict, description="name → value, anything else the line states")
    source: dict[str, Span] = Field(default_factory=dict, description="field → [start, end) in the message's text")
    price_unit: str | None = Field(default=None, description="the unit that the price is for, as sent")
    price_quantity: Number | None = Field(default=None, description="the number of these units; null for one")
    prices: list[Price] = Field(default_factory=list, description="every price that the line states for the quantity")
    parent_line: str | None = Field(default=None, description="the line that contains this one, LIN C829")


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


class Proposal(_Frozen):
    """A reading that the invariants allow and nobody has proved: not one of its lines goes on before an approval."""

    kind: ProposalKind = Field(description="what is new: a whole reading, the role of a place, a code, a period")
    detail: str = Field(description="one sentence for a person: what would be read, why it is not proved")
    lines: list[Line] = Field(default_factory=list, description="the lines as they would be, with their source")
    approve: dict[str, Any] = Field(
        default_factory=dict, description="what an approval would record: partner, layout, rows of tables, the reading"
    )


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
    group_sender: str | None = Field(default=None, description="UNG 0040, GS02")
    version: str | None = Field(default=None, description="GS08")
    message_type: str | None = Field(
        default=None, description="what a body without UNH or ST is said to be; null where the message says it itself"
    )


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
    proposals: list[Proposal] = Field(default_factory=list)
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


_PROBLEMS = TypeAdapter(list[Problem])
_REJECTED = TypeAdapter(list[RejectedLine])
_PROPOSALS = TypeAdapter(list[Proposal])


def dump_document(document: Document) -> str:
    """The document's canonical JSON: sorted keys, no blanks, no escapes but those that JSON demands."""
    return json.dumps(document.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def read_outcome(row: CompiledRow) -> Outcome:
    """The outcome that a row was made of. Raises ValidationError where it is none of this contract."""
    # Not by pydantic's own reader of JSON: a text that Python holds may have unpaired surrogates, which that refuses.
    texts = (row.document or "null", row.rejected_lines, row.problems, row.proposals)
    document, rejected, problems, proposals = map(json.loads, texts)
    return Outcome(
        message_type=row.message_type, is_valid=row.is_valid, is_complete=row.is_complete,
        document=document and Document.model_validate(document),
        proposals=_PROPOSALS.validate_python(proposals), rejected_lines=_REJECTED.validate_python(rejected),
        problems=_PROBLEMS.validate_python(problems), route=row.route, attempts=row.attempts,
        model_version=row.model_version, compiler_version=row.compiler_version,
        verification_hash=row.verification_hash, compile_ms=row.compile_ms,
        attempt_log=[_read_attempt(attempt) for attempt in row.attempt_log], plans=row.plans,
    )  # fmt: skip


def _read_attempt(attempt: outcome.Attempt) -> Attempt:
    fields = attempt._asdict()
    return Attempt(**fields | {"problems": [Problem(**problem._asdict()) for problem in attempt.problems]})


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
