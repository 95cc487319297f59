"""The compiler: text in, outcome out."""

from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from udf.arguments import EnvelopeLike
    from udf.contract import Outcome
    from udf.edi.interchange import Interchange
    from udf.outcome import CompiledRow

__all__ = ["compile_batch", "compile_edi", "compile_rows", "compiler_version", "model_version", "split_interchange"]

# Each function imports what it needs: pydantic and llama.cpp are most of what the first outcome of a process waits for,
# and neither training nor whoever only splits interchanges or stores rows wants to load them all.

_compiling = Lock()
"""One thread compiles at a time: there is one model in a process, and what it has learnt of partners. To wait for it
costs nothing where nobody else compiles; an engine a thread would learn each partner anew in each of them."""


def compile_edi(text: str, envelope: "EnvelopeLike | None" = None, message_type: str | None = None) -> "Outcome":
    """Compile one message (UNH…UNT or ST…SE, with its interchange around it or without).

    A body without these is read as the `message_type` that it is said to be (SLSRPT, INVRPT, 852, 846, 867), with a
    warning, and refused without.

    `envelope` is what the interchange says about the message, where the text does not bring it: a
    `udf.contract.Envelope`, or a dict of its fields as JSON gives it. Whatever they say, the answer is an outcome; a
    TypeError is raised for a text that is no str, a field of another type and a field that no envelope has. Safe from
    several threads. An object a line takes 630 MB for 100,000 of them, the rows of `compile_rows` 210 MB.
    """
    from udf.arguments import check_envelope, check_text

    return compile_batch([check_text(text)], [check_envelope(envelope)], message_type)[0]


def compile_batch(
    texts: Iterable[str], envelopes: "Iterable[EnvelopeLike | None] | None" = None, message_type: str | None = None
) -> "list[Outcome]":
    """Compile many messages at once: one outcome each, in order.

    `message_type` is of all bodies among them, as in `compile_edi`. `envelopes` has one, or None, for each text.
    Nothing is compiled where one of them is of a wrong type (TypeError, as in `compile_edi`) or where there are more of
    the one than of the other (ValueError). Safe from several threads.
    """
    from udf.arguments import check_envelopes, check_texts, name_type
    from udf.compiler import load_compiler

    checked = check_texts(texts)
    known = name_type(check_envelopes(envelopes, len(checked)), message_type)
    with _compiling:
        return load_compiler().compile_batch(checked, known)


def compile_rows(
    texts: Iterable[str], envelopes: "Iterable[EnvelopeLike | None] | None" = None, message_type: str | None = None
) -> "list[CompiledRow]":
    """As `compile_batch`, as rows of silver.outcomes with their parts as JSON text: for storing, not for reading."""
    from udf.arguments import check_envelopes, check_texts, name_type
    from udf.compiler import load_compiler

    checked = check_texts(texts)
    known = name_type(check_envelopes(envelopes, len(checked)), message_type)
    with _compiling:
        return load_compiler().compile_rows(checked, known)


def compiler_version() -> str:
    """A hash over weights, code and reference tables: outcomes of another version are pending again."""
    from udf import version

    return version.compiler_version()


def model_version() -> str:
    """The first twelve characters of the model file's SHA-256."""
    from udf import version

    return version.model_version()


def split_interchange(data: bytes) -> "Interchange":
    """The messages of a file, in order; problems of an envelope stand with the file and with each of its messages."""
    from udf.arguments import check_bytes
    from udf.edi import split

    return split.split_interchange(check_bytes(data))
