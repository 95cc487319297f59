"""What of the exam goes into a card."""

import json
from pathlib import Path

from udf.train.exam.evaluate import without_examples, write_into_card


def test_the_card_holds_the_figures_and_nobodys_text(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text(json.dumps({"name": "x", "exam": {}}))
    facts = {"seed": 1, "splits": {"a": {"failures": [{"cause": "c", "messages": 1, "examples": ["secret"]}]}}}
    write_into_card(facts, tmp_path / "model.gguf")
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["name"] == "x"
    assert card["exam"] == without_examples(facts)
    assert "secret" not in json.dumps(card)
