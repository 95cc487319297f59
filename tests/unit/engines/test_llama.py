"""What the engine in this process does around its model; what the shipped one answers is for tests/model."""

from pathlib import Path

import pytest

from udf.engines.engine import Prompt
from udf.engines.llama import SLOT_POSITIONS, LlamaEngine
from udf.language.vocabulary import PAD
from udf.version import MODEL


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    path = tmp_path / "torn.gguf"
    path.write_bytes(MODEL.read_bytes()[:5000])
    with pytest.raises(ValueError, match=r"torn\.gguf"):
        LlamaEngine(path)


def test_a_prompt_that_fills_its_place_has_no_answer_and_is_not_decoded() -> None:
    engine = LlamaEngine(MODEL)
    long = Prompt(((PAD,) * 7,) * SLOT_POSITIONS, 0)
    (answer,) = engine.answer([long])
    assert (answer.tokens, answer.confidence, engine.decoded) == ((), 0, 0)
    assert engine.answer([]) == []
    engine.close()
    engine.close()
