"""Shrink a GGUF: ``python -m udf.train.fit.quantise tiny.gguf tiny-q8.gguf Q8_0``."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import llama_cpp
import typer

from udf.engines.llama import silence_llama


class Quantisation(StrEnum):
    """Formats that llama.cpp packs weights in; bits a weight: 16, 8.5, 6, 5.5, 4.5, 4.5.

    Q4_K packs 256 weights of a row together: rows of another length are packed as Q5_0 by llama.cpp without a word.
    """

    F16 = "F16"
    Q8_0 = "Q8_0"
    Q5_1 = "Q5_1"
    Q5_0 = "Q5_0"
    Q4_0 = "Q4_0"
    Q4_K = "Q4_K"


_FILE_TYPES = {
    Quantisation.F16: llama_cpp.LLAMA_FTYPE_MOSTLY_F16,
    Quantisation.Q8_0: llama_cpp.LLAMA_FTYPE_MOSTLY_Q8_0,
    Quantisation.Q5_1: llama_cpp.LLAMA_FTYPE_MOSTLY_Q5_1,
    Quantisation.Q5_0: llama_cpp.LLAMA_FTYPE_MOSTLY_Q5_0,
    Quantisation.Q4_0: llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_0,
    Quantisation.Q4_K: llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_K_M,
}


def quantise(
    source: Path, target: Path, quantisation: Annotated[Quantisation, typer.Argument()] = Quantisation.Q8_0
) -> None:
    """Write `source` to `target` in the given format. Raises RuntimeError where llama.cpp refuses."""
    silence_llama()
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = _FILE_TYPES[quantisation]
    parameters.nthread = 2
    if llama_cpp.llama_model_quantize(os.fsencode(source), os.fsencode(target), parameters) != 0:
        raise RuntimeError(f"llama.cpp could not quantise {source.name} to {quantisation}")


if __name__ == "__main__":
    typer.run(quantise)
