"""Hand-checked messages of other people: what their records state, and compiled lines in the same terms."""

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from udf.outcome import Line

Checked = tuple[Any, ...]


def read_samples(folder: Path) -> Iterator[tuple[Path, Counter[Checked]]]:
    """Interchanges with hand-checked records: the file and what it states."""
    for path in sorted(folder.rglob("*.expected.json")):
        records = json.loads(path.read_text())
        yield path.with_name(path.name.replace(".expected.json", ".edi")), Counter(map(_checked, records))


def _checked(record: dict[str, Any]) -> Checked:
    sales = record["record_type"] == "sales"
    dates = (record["period_start"], record["period_end"]) if sales else (record["report_date"],) * 2
    return (
        record["item_id"], record["item_id_type"], record["location_id"], record["qualifier"].split()[1],
        Decimal(record["quantity"]), record["unit"], *dates,
    )  # fmt: skip


def checked(line: Line) -> Checked:
    """A compiled line as the hand-checked records state theirs."""
    start, end = (line.period_start, line.period_end) if line.measure == "sold" else (line.as_of_date,) * 2
    return (
        line.item_id, line.item_id_type, line.location_id, line.qualifier, line.quantity, line.unit,
        start and start.isoformat(), end and end.isoformat(),
    )  # fmt: skip
