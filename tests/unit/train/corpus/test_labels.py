"""Labels: a file of them reads back as it was written, and a line that is none is named."""

import random
from pathlib import Path

import pytest

from udf.train.corpus.drafts import chunk_draft
from udf.train.corpus.labels import Label, read_labels
from udf.train.corpus.partners import draw_partner


def test_a_label_reads_back_as_it_was_written() -> None:
    r = random.Random(8)
    draft = draw_partner(r).draft(r)
    for chunk, records in chunk_draft(draft):
        label = Label.of(chunk, draft.message_type, records)
        again = Label.read(label.row())
        assert again.example() == label.example()
        assert again.row() == label.row()


def test_a_line_that_is_no_label_is_named(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    file.write_text('{"kind":"line","message_type":"852","segments":[],"records":[]}\n{"kind":\n')
    with pytest.raises(ValueError, match=r"labels\.jsonl, line 2 is no label"):
        read_labels(file)
