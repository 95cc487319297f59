"""Hand-checked records of other people and compiled lines are compared in the same terms."""

import json
from decimal import Decimal
from pathlib import Path

from udf.compiler import Compiler
from udf.train.attack.oracle import Oracle
from udf.train.exam.messages import KNOWN, draw_messages
from udf.train.exam.reading import compile_file
from udf.train.exam.samples import checked, read_samples


def test_hand_checked_records_are_compared_by_what_they_state(tmp_path: Path) -> None:
    record = {
        "record_type": "sales", "item_id": "1", "item_id_type": "EN", "location_id": None, "qualifier": "QTY 153",
        "quantity": "5.0", "unit": None, "period_start": "2026-01-01", "period_end": "2026-01-07",
    }  # fmt: skip
    (tmp_path / "a.expected.json").write_text(json.dumps([record, record]))
    ((path, wanted),) = read_samples(tmp_path)
    assert path.name == "a.edi"
    assert wanted == {("1", "EN", None, "153", Decimal(5), None, "2026-01-01", "2026-01-07"): 2}


def test_a_compiled_line_is_stated_in_eight_fields() -> None:
    message = next(message for message in draw_messages(KNOWN, 2) if message.lines)
    oracle = Oracle()
    oracle.study(message.draft)
    (outcome,) = compile_file(Compiler(oracle), message.data)
    assert outcome.document is not None
    assert len(checked(outcome.document.lines[0])) == 8
