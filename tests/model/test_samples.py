"""The shipped model on hand-checked messages of other people: nearly all records right, and none wrong in silence."""

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from udf import compile_batch, split_interchange
from udf.contract import Document, Line, Outcome

pytestmark = pytest.mark.samples

Key = tuple[Any, ...]


def expected_key(record: dict[str, Any]) -> Key:
    dates = (
        (record["period_start"], record["period_end"]) if record["record_type"] == "sales"
        else (record["report_date"], record["report_date"])
    )  # fmt: skip
    return (
        record["item_id"], record["item_id_type"], record["location_id"], record["qualifier"].split()[1],
        Decimal(record["quantity"]), record["unit"], *dates,
    )  # fmt: skip


def compiled_key(line: Line) -> Key:
    start, end = (line.period_start, line.period_end) if line.measure == "sold" else (line.as_of_date,) * 2
    return (
        line.item_id, line.item_id_type, line.location_id, line.qualifier, line.quantity, line.unit,
        start and start.isoformat(), end and end.isoformat(),
    )  # fmt: skip


def checked_samples(samples: Path) -> Iterator[tuple[Path, list[dict[str, Any]]]]:
    for path in sorted(samples.rglob("*.expected.json")):
        yield path.with_name(path.name.replace(".expected.json", ".edi")), json.loads(path.read_text())


def compile_file(path: Path) -> list[Outcome]:
    interchange = split_interchange(path.read_bytes())
    return compile_batch([m.text for m in interchange.messages], [m.envelope for m in interchange.messages])


def documents(outcomes: list[Outcome]) -> list[Document]:
    return [outcome.document for outcome in outcomes if outcome.is_valid and outcome.document is not None]


@pytest.fixture(scope="module")
def compared(samples: Path) -> dict[str, tuple[Counter[Key], Counter[Key]]]:
    found = {}
    for path, records in checked_samples(samples):
        wanted = Counter(expected_key(record) for record in records)
        got = Counter(compiled_key(line) for document in documents(compile_file(path)) for line in document.lines)
        found[path.name] = (wanted, got)
    return found


def test_nine_of_ten_records_are_right(compared: dict[str, tuple[Counter[Key], Counter[Key]]]) -> None:
    right = sum((wanted & got).total() for wanted, got in compared.values())
    total = sum(wanted.total() for wanted, _ in compared.values())
    assert right / total >= 0.9, {name: (w.total(), (w & g).total()) for name, (w, g) in compared.items()}


def test_no_valid_message_holds_a_wrong_record(compared: dict[str, tuple[Counter[Key], Counter[Key]]]) -> None:
    wrong = {name: list((got - wanted).items())[:3] for name, (wanted, got) in compared.items() if got - wanted}
    assert not wrong


def test_every_file_of_the_samples_is_an_outcome(samples: Path) -> None:
    for path in sorted(samples.rglob("*.edi")):
        if path.stat().st_size > 100_000:
            continue  # compiled above
        outcomes = compile_file(path)
        assert outcomes
        assert all(outcome.is_valid or outcome.problems for outcome in outcomes)
