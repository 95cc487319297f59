"""Prompt and answer of a model that talks: a chunk as lines of text, its records as JSON values copied from it.

A prompt names the kind of the chunk and the message type, then shows one segment a line, unescaped and in the
standard's usual separators, whatever the partner's are. The answer is one JSON object. As in `udf.language.answers`, a
field that is not mentioned keeps the value of the record before and null ends it; a quantity is always mentioned. The
answer's shape is a pydantic model for each kind of chunk, from which come the JSON schema for an endpoint and the
grammar for llama.cpp. What `udf.language.grounding` makes of the values is another matter.
"""

import json
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from udf.reading import FIELDS, Position, Record, SegmentLike
from udf.standards.message_types import standard_of

_STATED = ("location", "location_type", "start", "end", "document_number", "document_date", "function", "currency")
OF_KIND = {"header": _STATED, "group": _STATED, "line": FIELDS[: FIELDS.index("end") + 1]}
"""The fields that a record of each kind of chunk may have, in the order in which an answer writes them."""

Values = dict[str, str]
"""Field name to the value as sent; a field that is not stated is absent."""
_Value = Annotated[str, Field(min_length=1)]


class UnreadableAnswerError(ValueError):
    """The text is no answer of this format."""


@cache
def answer_model(kind: str) -> type[BaseModel]:
    """The contract of an answer about a header, group or line."""
    fields: dict[str, Any] = dict.fromkeys(OF_KIND[kind], (_Value | None, None))
    if kind == "line":
        fields["quantity"] = (_Value, ...)
    strict = ConfigDict(extra="forbid", strict=True)
    record = create_model(f"{kind.title()}Record", __config__=strict, **fields)
    return create_model(f"{kind.title()}Answer", __config__=strict, records=(list[record], ...))  # type: ignore[valid-type]


@cache
def answer_schema(kind: str) -> dict[str, Any]:
    """The JSON schema of an answer, from which llama.cpp's grammar and an endpoint's response format are made."""
    return answer_model(kind).model_json_schema()


_SEPARATORS = {"EDIFACT": ("+", ":"), "X12": ("*", ">")}


def render_chunk(kind: str, message_type: str, segments: Sequence[SegmentLike]) -> str:
    """A chunk as the prompt that training and inference show; it ends with a line end, behind which the answer begins.

    Trailing empty elements and components are dropped.
    """
    element, component = _SEPARATORS[standard_of(message_type).name]
    rows = [f"{kind} {message_type}"]
    for segment in segments:
        parts = [segment.tag, *(component.join(values).rstrip(component) for values in segment.elements)]
        rows.append(element.join(parts).rstrip(element))
    return "\n".join(rows) + "\n"


def copy_values(record: Record, segments: Sequence[SegmentLike]) -> Values:
    """What stands at the positions of a record."""

    def value(position: Position) -> str:
        s, e, c = position
        return segments[s].elements[e][c]

    return {field: value(record[field]) for field in FIELDS if field in record}


def render_answer(records: Sequence[Record], segments: Sequence[SegmentLike]) -> str:
    """The right answer for a chunk whose records are known: the inverse of `read_answer`, of values."""
    rows: list[dict[str, str | None]] = []
    previous: Values = {}
    for record in records:
        values = copy_values(record, segments)
        rows.append({
            field: values.get(field) for field in FIELDS
            if values.get(field) != previous.get(field) or (field == "quantity" and field in values)
        })  # fmt: skip
        previous = values
    return json.dumps({"records": rows}, separators=(",", ":"), ensure_ascii=False)


def read_answer(text: str, kind: str) -> list[Values]:
    """The values of each record that an answer states or keeps. Raises UnreadableAnswerError."""
    try:
        answer = answer_model(kind).model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise UnreadableAnswerError(f"{where}: {first['msg']}") from error
    records: list[Values] = []
    previous: Values = {}
    for row in answer.model_dump(exclude_unset=True)["records"]:
        previous = {name: value for name, value in (previous | row).items() if value is not None}
        records.append(previous)
    return records


_TASK = """You read retail EDI (EDIFACT SLSRPT, INVRPT; X12 852, 846, 867). The user sends one part of a message: its \
header, a group, or a line. Answer with JSON alone: {"records":[...]}. Copy every value character for character from \
the message; never convert, complete or invent one; leave out what is not stated.
A line has one record for each quantity: quantity, qualifier (the code that says what the quantity means), unit, \
location with its code list location_type, item with its item_type, price with its price_type, start and end of a \
period of its own. Several records: a field that is not repeated keeps its value, null ends it.
A header or group has at most one record: location, location_type, start, end, document_number, document_date, \
function, currency. A single date is both start and end. Nothing stated: \
{"records":[]}."""

# Invented values; each shows one thing: a plain line, a split by store, a header, and a part that states nothing.
_SHOTS = (
    (
        "line SLSRPT\nLIN+1++4006381333931:EN\nQTY+153:12:PCE\nPRI+AAA:9.99\n",
        '{"records":[{"quantity":"12","qualifier":"153","unit":"PCE","item":"4006381333931","item_type":"EN",'
        '"price":"9.99","price_type":"AAA"}]}',
    ),
    (
        "line 852\nLIN**UP*012345678905\nZA*QS\nSDQ*EA*92*0012*5*0031*7\n",
        '{"records":[{"quantity":"5","qualifier":"QS","unit":"EA","location":"0012","location_type":"92",'
        '"item":"012345678905","item_type":"UP"},{"quantity":"7","location":"0031"}]}',
    ),
    (
        "header INVRPT\nBGM+35+INV77+9\nDTM+137:20260119:102\nDTM+366:20260118:102\nNAD+GY+4012345000016::9\n",
        '{"records":[{"location":"4012345000016","location_type":"9","start":"20260118","end":"20260118",'
        '"document_number":"INV77","document_date":"20260119","function":"9"}]}',
    ),
    ("group 852\nREF*DP*07\n", '{"records":[]}'),
)


def converse(prompt: str, shots: int = len(_SHOTS)) -> list[dict[str, str]]:
    """The messages of a chat that asks for one chunk's records: the task, examples, the prompt."""
    messages = [{"role": "system", "content": _TASK}]
    for question, answer in _SHOTS[:shots]:
        messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return [*messages, {"role": "user", "content": prompt}]


def answer_grammar(kind: str) -> str:
    """The contract of an answer as text for `llama_cpp.LlamaGrammar.from_json_schema`."""
    return json.dumps(answer_schema(kind))
