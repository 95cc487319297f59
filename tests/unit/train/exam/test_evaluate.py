"""A reader on every split, and what of the exam goes into a card."""

import json
from pathlib import Path
from typing import Any

import pytest

from udf.train.exam.candidates import rules_candidate
from udf.train.exam.evaluate import Sizes, examine_reader, without_examples, write_into_card
from udf.train.exam.messages import SPLITS

FEW = Sizes(known=6, held_out=5, quirks=4, damaged=6, rivals=1, plans=1)


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    return examine_reader(rules_candidate(), FEW, seed=3, samples=None, cases=None)


def test_a_reader_is_examined_on_every_split_and_on_damaged_messages(facts: dict[str, Any]) -> None:
    assert {split: marks["messages"] for split, marks in facts["splits"].items()} == {s: FEW.of(s) for s in SPLITS}
    damaged = facts["damaged messages"]
    assert damaged["accepted"] + damaged["refused"] + damaged["harmless"] == FEW.damaged
    assert all(marks["ms_per_message_p50"] > 0 for marks in facts["splits"].values())


def test_the_rules_are_not_silent_in_a_small_exam(facts: dict[str, Any]) -> None:
    assert [marks["silent_errors"] for marks in facts["splits"].values()] == [0, 0, 0]
    assert facts["damaged messages"]["accepted"] == 0


def test_a_part_of_the_exam_has_two_messages_of_each_kind_at_least() -> None:
    assert Sizes().times(0.001) == Sizes(*[2] * len(Sizes.__slots__))
    assert Sizes().times(1) == Sizes()


def test_the_card_holds_the_figures_and_nobodys_text(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text(json.dumps({"name": "x", "exam": {}}))
    facts = {"seed": 1, "splits": {"a": {"failures": [{"cause": "c", "messages": 1, "examples": ["secret"]}]}}}
    write_into_card(facts, tmp_path / "model.gguf")
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["name"] == "x"
    assert card["exam"] == without_examples(facts)
    assert "secret" not in json.dumps(card)
