"""What the compiler works with while it makes an outcome: the shapes of `udf.contract`, as plain tuples.

`udf.contract` says what an outcome is and validates it, through pydantic. To import that and to build its models is
150 ms (November 2026), half of what the first call of a database session may take, and none of it is needed to *make*
an outcome whose values the gatekeeper has proved. So the compiler makes these, writes their JSON itself, and never
imports pydantic; whoever wants models has them read from that JSON (`contract.read_outcome`). A test holds fields,
types, defaults and JSON of both against each other.
"""

import datetime
import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from udf.numbers import json_number

MAX_ANSWER = 90_000_000
"""Characters of an outcome as JSON, some 120,000 lines. Twice that is held while it is made, by a process that is to do
with 300 MB; and PostgreSQL's jsonb, longer than the text by half, ends at 256 MB: a larger outcome could neither be
stored nor be returned, and would take the others of its batch with it."""

Severity = Literal["error", "warning"]
Standard = Literal["EDIFACT", "X12"]
DocumentFunction = Literal["original", "replacement", "cancellation", "change", "duplicate"]
Route = Literal["plan", "model", "review", "mixed"]
AttemptRoute = Literal["plan", "model", "review"]
Span = tuple[int, int]


class AnswerTooLargeError(Exception):
    """What was read of a message of this type takes more than so many characters."""

    def __init__(self, message_type: str | None, most: int | None = None) -> None:
        super().__init__(f"What was read takes more than {most or MAX_ANSWER} characters of JSON.")
        self.message_type = message_type


class Problem(NamedTuple):
    """See `contract.Problem`."""

    code: str
    severity: Severity
    segment: int | None = None
    span: Span | None = None
    detail: str = ""


class Party(NamedTuple):
    """See `contract.Party`."""

    role: str
    id: str | None = None
    id_type: str | None = None
    name: str | None = None


class Price(NamedTuple):
    """See `contract.Price`."""

    price: Decimal
    price_type: str | None = None
    price_unit: str | None = None
    price_quantity: Decimal | None = None
    currency: str | None = None

    def as_json(self) -> dict[str, Any]:
        """What JSON can hold of it. Raises ValueError for a number that JSON cannot hold."""
        fields = self._asdict()
        fields["price"] = json_number(self.price)
        if self.price_quantity is not None:
            fields["price_quantity"] = json_number(self.price_quantity)
        return fields


class Line(NamedTuple):
    """See `contract.Line`."""

    line_number: str | None
    item_id: str | None
    item_id_type: str | None
    item_ids: dict[str, str]
    location_id: str | None
    location_id_type: str | None
    measure: str
    qualifier: str | None
    quantity: Decimal
    unit: str | None
    price: Decimal | None
    price_type: str | None
    currency: str | None
    period_start: datetime.date | None
    period_end: datetime.date | None
    as_of_date: datetime.date | None
    attributes: dict[str, str]
    source: dict[str, Span]
    price_unit: str | None = None
    price_quantity: Decimal | None = None
    prices: Sequence[Price] = ()
    parent_line: str | None = None

    def as_json(self) -> dict[str, Any]:
        """What JSON can hold of it. Raises ValueError for a number that JSON cannot hold."""
        fields = self._asdict()
        fields["quantity"] = json_number(self.quantity)
        if self.price is not None:
            fields["price"] = json_number(self.price)
        if self.price_quantity is not None:
            fields["price_quantity"] = json_number(self.price_quantity)
        fields["prices"] = [price.as_json() for price in self.prices]
        return _write_dates(fields, "period_start", "period_end", "as_of_date")


class Document(NamedTuple):
    """See `contract.Document`."""

    standard: Standard | None = None
    message_type: str | None = None
    version: str | None = None
    message_reference: str | None = None
    document_number: str | None = None
    function: DocumentFunction | None = None
    is_test: bool | None = None
    document_date: datetime.date | None = None
    period_start: datetime.date | None = None
    period_end: datetime.date | None = None
    currency: str | None = None
    parties: Sequence[Party] = ()
    lines: Sequence[Line] = ()

    def as_json(self) -> dict[str, Any]:
        """What JSON can hold of it. Raises ValueError for a number that JSON cannot hold."""
        fields = self._asdict()
        fields["parties"] = [party._asdict() for party in self.parties]
        fields["lines"] = [line.as_json() for line in self.lines]
        return _write_dates(fields, "document_date", "period_start", "period_end")


class RejectedLine(NamedTuple):
    """See `contract.RejectedLine`."""

    text: str
    span: Span
    line_number: str | None
    output: str | None
    problems: Sequence[Problem]


ProposalKind = Literal["reading", "role", "code", "period"]


class Proposal(NamedTuple):
    """See `contract.Proposal`."""

    kind: ProposalKind
    detail: str
    lines: Sequence[Line]
    approve: dict[str, Any]


class Attempt(NamedTuple):
    """See `contract.Attempt`."""

    attempt: int
    chunk: str | None
    route: AttemptRoute
    reading: str
    output: str | None = None
    problems: Sequence[Problem] = ()
    compile_ms: float = 0.0


class Envelope(NamedTuple):
    """See `contract.Envelope`."""

    standard: Standard | None = None
    una: str | None = None
    decimal_mark: str | None = None
    is_test: bool | None = None
    sender: str | None = None
    sender_qualifier: str | None = None
    recipient: str | None = None
    recipient_qualifier: str | None = None
    control_reference: str | None = None
    prepared_at: str | None = None
    group_type: str | None = None
    group_sender: str | None = None
    version: str | None = None
    message_type: str | None = None


class Outcome(NamedTuple):
    """See `contract.Outcome`."""

    message_type: str | None
    is_valid: bool
    is_complete: bool
    document: Document | None = None
    proposals: Sequence[Proposal] = ()
    rejected_lines: Sequence[RejectedLine] = ()
    problems: Sequence[Problem] = ()
    route: Route | None = None
    attempts: int = 0
    model_version: str = ""
    compiler_version: str = ""
    verification_hash: str = ""
    compile_ms: float = 0.0
    attempt_log: Sequence[Attempt] = ()
    plans: tuple[str, ...] = ()


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
    attempt_log: Sequence[Attempt]
    plans: tuple[str, ...] = ()
    proposals: str = "[]"


def _write_dates(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    for name in names:
        if fields[name] is not None:
            fields[name] = fields[name].isoformat()
    return fields


def dump_json(value: Any) -> str:
    """JSON without blanks, and without escapes but those that JSON demands."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def dump_document(document: Document) -> str:
    """The document's canonical JSON: sorted keys, no blanks, no escapes but those that JSON demands.

    Line by line: objects for JSON of all lines would take more memory than their text, many times over.
    Raises AnswerTooLargeError as soon as there are more than `MAX_ANSWER` characters.
    """
    head, tail = _CANONICAL.encode(document._replace(lines=()).as_json()).split(_NO_LINES, 1)
    lines = JsonArray(document.message_type)
    for line in document.lines:
        lines.add(_CANONICAL.encode(line.as_json()))
    return "".join([head, _NO_LINES[:-2], *lines.close(), tail])


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_NO_LINES = '"lines":[]'
"""In JSON it can stand in no value: there its quotes are escaped."""
_BLOCK = 500
"""Elements of an array whose texts become one."""


class JsonArray:
    """A JSON array whose elements come one by one; it ends where it grows larger than what can be stored.

    Many short texts become few long ones, which take less memory.
    """

    def __init__(self, message_type: str | None = None, most: int | None = None) -> None:
        """`most` are its characters, where they are not `MAX_ANSWER`."""
        self._message_type, self._most = message_type, most
        self._parts: list[str] = ["["]
        self._open: list[str] = []
        self._size = 0

    def add(self, element: str) -> None:
        """The JSON text of one more element, or of some. Raises AnswerTooLargeError."""
        self._open.append(element)
        if len(self._open) == _BLOCK:
            self._shut()

    def close(self) -> list[str]:
        """The whole array, in parts. Raises AnswerTooLargeError."""
        self._shut()
        return [*self._parts, "]"]

    def _shut(self) -> None:
        if self._open:
            self._parts.append(("," if len(self._parts) > 1 else "") + ",".join(self._open))
            self._open.clear()
            self._size += len(self._parts[-1])
            if self._size > (self._most or MAX_ANSWER):
                raise AnswerTooLargeError(self._message_type, self._most)


def dump_problems(problems: Sequence[Problem]) -> str:
    """The problems as JSON text."""
    return _dump_each(problem._asdict() for problem in problems) if problems else "[]"


def dump_rejected(lines: Sequence[RejectedLine]) -> str:
    """The rejected lines as JSON text. Raises AnswerTooLargeError."""
    if not lines:
        return "[]"
    return _dump_each(
        (line._asdict() | {"problems": [problem._asdict() for problem in line.problems]} for line in lines),
        MAX_ANSWER // 2,  # beside what was found against each of them
    )


def dump_proposals(proposals: Sequence[Proposal]) -> str:
    """The proposals as JSON text. Raises AnswerTooLargeError."""
    return _dump_each(
        proposal._asdict() | {"lines": [line.as_json() for line in proposal.lines]} for proposal in proposals
    )


def _dump_each(items: Iterable[dict[str, Any]], most: int | None = None) -> str:
    """Objects as a JSON array, one by one: all of them would take ten times the memory of the text."""
    array = JsonArray(most=most)
    for item in items:
        array.add(dump_json(item))
    return "".join(array.close())


def dump_envelope(envelope: Envelope) -> str:
    """The envelope as JSON text."""
    return dump_json(envelope._asdict())


def make_row(outcome: Outcome, document: str | None) -> CompiledRow:
    """The outcome as a row; `document` is its document as `dump_document` gives it. Raises AnswerTooLargeError."""
    try:
        rejected = dump_rejected(outcome.rejected_lines)
    except AnswerTooLargeError as error:
        error.message_type = outcome.message_type
        raise
    return CompiledRow(
        outcome.message_type, outcome.is_valid, outcome.is_complete, document, rejected,
        dump_problems(outcome.problems), outcome.route, outcome.attempts, outcome.model_version,
        outcome.compiler_version, outcome.verification_hash, outcome.compile_ms, outcome.attempt_log, outcome.plans,
        dump_proposals(outcome.proposals),
    )  # fmt: skip
