"""The rivals read the same messages as the tiny compiler, and the rules are always among them."""

from itertools import islice

import pytest

from udf.train.exam.candidates import RULES, TINY, Candidate, rules_candidate
from udf.train.exam.messages import HELD_OUT, draw_messages


def test_every_reader_is_asked_the_same_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("gguf", reason="gguf is missing: make exam-setup")
    from udf.train.exam import rivals

    monkeypatch.setattr(rivals, "_larger_models", lambda: iter(()))
    rules = rules_candidate()
    tiny = Candidate(TINY, rules.compiler, rules.once, facts={"file_mb": 0.5, "threads": 1})
    found = rivals.examine_rivals(list(islice(draw_messages(HELD_OUT, 1), 4)), tiny)
    assert list(found) == [TINY, RULES]
    assert {figures["messages"] for figures in found.values()} == {4}
    assert "file_mb" not in found[RULES]
