"""The compiler: text in, outcome out."""

from collections.abc import Sequence

from udf.compiler import compiler_version, load_compiler, model_version
from udf.contract import Envelope, Outcome
from udf.interchange import split_interchange

__all__ = ["compile_batch", "compile_edi", "compiler_version", "model_version", "split_interchange"]


def compile_edi(text: str, envelope: Envelope | None = None) -> Outcome:
    """Compile one message (UNH…UNT or ST…SE, with its interchange around it or without).

    `envelope` is what the interchange says about the message, where the text does not bring it. Never raises for bad
    input.
    """
    return load_compiler().compile_batch([text], [envelope])[0]


def compile_batch(texts: Sequence[str], envelopes: Sequence[Envelope | None] | None = None) -> list[Outcome]:
    """Compile many messages at once: one outcome each, in order."""
    return load_compiler().compile_batch(texts, envelopes)
