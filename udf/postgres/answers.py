"""A compiled row as SQL gets it: the outcome as one piece of JSON, its lines and problems row by row."""

import json
from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter
from typing import Any, get_args

from udf.outcome import CompiledRow, Route

_pick = itemgetter(
    "line_number", "item_id", "item_id_type", "location_id", "location_id_type", "measure", "qualifier", "quantity",
    "unit", "price", "price_type", "currency", "period_start", "period_end", "as_of_date", "item_ids", "attributes",
    "source", "price_unit", "price_quantity", "parent_line", "prices",
)  # fmt: skip
# Fractions stay as they are written: PostgreSQL reads them as numeric.
_READER = json.JSONDecoder(parse_float=str)
_write = json.JSONEncoder(ensure_ascii=False).encode


def dump_row(row: CompiledRow) -> str:
    """The outcome as one JSON object; its parts are JSON text already."""
    versions = _dump_versions(row.model_version, row.compiler_version)
    return (
        f'{{"message_type":{json.dumps(row.message_type)},"is_valid":{_WORDS[row.is_valid]},"is_complete":'
        f'{_WORDS[row.is_complete]},"document":{row.document or "null"},"proposals":{row.proposals},'
        f'"rejected_lines":{row.rejected_lines},'
        f'"problems":{row.problems},"route":{_ROUTES[row.route]},"attempts":{row.attempts},{versions},'
        f'"verification_hash":"{row.verification_hash}","compile_ms":{row.compile_ms}}}'
    )


_WORDS = "false", "true"
_ROUTES = {route: json.dumps(route) for route in (None, *get_args(Route))}


@lru_cache(maxsize=8)
def _dump_versions(model: str, compiler: str) -> str:
    return json.dumps({"model_version": model, "compiler_version": compiler}, separators=(",", ":"))[1:-1]


def read_lines(document: str | None) -> Iterator[dict[str, Any]]:
    """The lines of a document as `dump_document` writes it, one after the other; a fraction as its digits."""
    if document:
        # The key, as within a value its quotes would be escaped; and the first one, as keys are sorted.
        yield from read_list(document, document.index('"lines":[') + len('"lines":'))


def read_list(text: str, start: int = 0) -> Iterator[Any]:
    """The elements of the JSON array, without blanks, that begins there, one after the other."""
    while text[start] != "]" and text[start + 1] != "]":
        value, start = _READER.raw_decode(text, start + 1)
        yield value


def write_line(line: dict[str, Any]) -> tuple[Any, ...]:
    """The fields of a line as columns, in the order of udf.lines."""
    *plain, item_ids, attributes, source, price_unit, price_quantity, parent_line, prices = _pick(line)
    numbers = [{name: _number(name, value) for name, value in price.items()} for price in prices]
    return (
        *plain, _write(item_ids), _write(attributes), _write(source), price_unit, price_quantity, parent_line,
        _write(numbers),
    )  # fmt: skip


def _number(name: str, value: Any) -> Any:
    """A fraction as a number of JSON again, which has its digits (`numbers.json_number`)."""
    return float(value) if name in ("price", "price_quantity") and isinstance(value, str) else value
