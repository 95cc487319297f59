"""Outsiders' messages: each tries one thing, and the lines that may go on stand beside it, written by who wrote it."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from udf.compiler import Compiler
from udf.outcome import Line
from udf.train.exam.reading import compile_file

Verdict = Literal["right", "refused", "silent"]
"""All lines and no other; nothing wrong, but too few; a line in a valid message that was not expected."""
Row = Mapping[str, Any]
"""What a line has to say, as far as it was written down: `COMPARED`, or a part of it."""
COMPARED = ("item_id", "location_id", "qualifier", "quantity", "date", "measure", "unit", "price")


@dataclass(frozen=True, slots=True)
class Case:
    """A file and the lines of it that may go on; none where nothing may."""

    name: str
    data: bytes
    rows: list[Row]


def read_cases(folder: Path) -> Iterator[Case]:
    """Every NAME.edi below a folder that has a NAME.expected.json beside it."""
    for path in sorted(folder.rglob("*.expected.json")):
        file = path.with_name(path.name.replace(".expected.json", ".edi"))
        rows = [_row(record) for record in json.loads(path.read_text())]
        yield Case(file.relative_to(folder).with_suffix("").as_posix(), file.read_bytes(), rows)


def _row(record: Mapping[str, Any]) -> Row:
    row = {name: record[name] for name in COMPARED if name in record}
    for name in ("quantity", "price"):
        if row.get(name) is not None:
            row[name] = Decimal(str(row[name]))
    if row.get("qualifier"):  # "ZA QS", "QTY 153 / PTD SS"
        row["qualifier"] = re.sub(r"\s*/.*", "", row["qualifier"]).split()[-1]
    return row


def _said(line: Line) -> Row:
    date = line.as_of_date or line.period_end
    said = {name: getattr(line, name) for name in COMPARED if name != "date"}
    return said | {"date": date.isoformat() if date else None}


def judge(rows: Iterable[Row], lines: Sequence[Line]) -> Verdict:
    """What lines that went on are worth beside those that were expected."""
    left = [_said(line) for line in lines]
    is_whole = True
    for row in rows:
        hit = next((said for said in left if all(said[name] == value for name, value in row.items())), None)
        if hit is None:
            is_whole = False
        else:
            left.remove(hit)
    return "silent" if left else "right" if is_whole else "refused"


def examine_cases(compiler: Compiler, folder: Path) -> dict[str, Any]:
    """How many of the cases of a folder a compiler gets right, and what it said of those that it does not."""
    verdicts: Counter[Verdict] = Counter()
    failures: dict[str, list[str]] = {}
    for case in read_cases(folder):
        outcomes = compile_file(compiler, case.data)
        lines = [line for o in outcomes if o.is_valid and o.document for line in o.document.lines]
        verdict = judge(case.rows, lines)
        verdicts[verdict] += 1
        if verdict != "right":
            problems = [p for o in outcomes for q in (o, *o.rejected_lines) for p in q.problems]
            failures[f"{verdict} {case.name}"] = sorted({p.code for p in problems if p.severity == "error"})
    return {"messages": verdicts.total(), **{name: verdicts[name] for name in ("right", "refused", "silent")},
            "not_all_right": failures}  # fmt: skip
