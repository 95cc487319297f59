"""The compiler: text in, outcome out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from udf.contract import Outcome
    from udf.edi.interchange import Interchange
    from udf.outcome import CompiledRow, Envelope

__all__ = ["compile_batch", "compile_edi", "compile_rows", "compiler_version", "model_version", "split_interchange"]

# Each function imports what it needs: pydantic and llama.cpp are most of what the first outcome of a process waits for,
# and neither training nor whoever only splits interchanges or stores rows wants to load them all.


def compile_edi(text: str, envelope: "Envelope | None" = None) -> "Outcome":
    """Compile one message (UNH…UNT or ST…SE, with its interchange around it or without).

    `envelope` is what the interchange says about the message, where the text does not bring it. Never raises for bad
    input.
    """
    return compile_batch([text], [envelope])[0]


def compile_batch(texts: Sequence[str], envelopes: "Sequence[Envelope | None] | None" = None) -> "list[Outcome]":
    """Compile many messages at once: one outcome each, in order."""
    from udf.compiler import load_compiler

    return load_compiler().compile_batch(texts, envelopes)


def compile_rows(texts: Sequence[str], envelopes: "Sequence[Envelope | None] | None" = None) -> "list[CompiledRow]":
    """As `compile_batch`, as rows of silver.outcomes with their parts as JSON text: for storing, not for reading."""
    from udf.compiler import load_compiler

    return load_compiler().compile_rows(texts, envelopes)


def compiler_version() -> str:
    """A hash over weights, code and reference tables: outcomes of another version are pending again."""
    from udf import compiler

    return compiler.compiler_version()


def model_version() -> str:
    """The first twelve characters of the model file's SHA-256."""
    from udf import compiler

    return compiler.model_version()


def split_interchange(data: bytes) -> "Interchange":
    """The messages of a file, in order; problems of an envelope stand with the file and with each of its messages."""
    from udf.edi import split

    return split.split_interchange(data)
