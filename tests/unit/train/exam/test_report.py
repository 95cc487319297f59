"""The tables name every reader, and what each of them did on each split."""

import io
from typing import Any

import pytest
from rich.console import Console

from udf.train.exam.candidates import RULES, rules_candidate
from udf.train.exam.evaluate import Sizes, examine_reader
from udf.train.exam.messages import SPLITS
from udf.train.exam.picture import draw_exam
from udf.train.exam.report import print_exam


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    """An exam, as far as it is shown, in which the rules stand for the model too."""
    found = examine_reader(rules_candidate(), Sizes(2, 2, 2, 2, 2, 2), seed=4, samples=None, cases=None)
    figures = found["splits"][SPLITS[0]] | {"threads": 1}
    return found | {"rules": found, "rivals": {RULES: figures}, "peak_memory_mb": 1, "minutes": 1, "seed": 4}


def test_the_rules_have_a_table_of_their_own(facts: dict[str, Any]) -> None:
    told = io.StringIO()
    print_exam(facts, Console(file=told, width=160))
    text = told.getvalue()
    assert text.count(f"read by {RULES}") == 1
    assert text.count("messages exact first pass") == 2
    assert "Short messages of held-out partners, read by" in text


def test_the_picture_is_a_png(facts: dict[str, Any], tmp_path: Any) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is missing: make exam-setup")
    assert draw_exam(facts, tmp_path / "exam.png").read_bytes().startswith(b"\x89PNG")
