"""What is stored where there is no answer of the compiler's: it failed, or was not asked."""

from collections.abc import Callable, Sequence

from udf.arguments import load_envelope
from udf.outcome import CompiledRow, Envelope, Outcome, Problem, make_row

PLAIN_MESSAGE = (
    "UNH+1+SLSRPT:D:96A:UN:EAN004'BGM+73E+1+9'DTM+90:20260105:102'DTM+91:20260111:102'NAD+SE+9501101000008::9'"
    "LOC+162+9501101910010::9'LIN+1++9501101000018:EN'QTY+153:12'UNT+9+1'"
)
"""A message that every splitter and compiler must take: where it fails too, the fault is theirs and not a file's."""

CompileRows = Callable[[Sequence[str], Sequence[Envelope | None]], list[CompiledRow]]


def compile_each(
    compile_rows: CompileRows, texts: Sequence[str], envelopes: Sequence[Envelope | None],
    fail: Callable[[int, Exception], CompiledRow],
) -> list[CompiledRow]:  # fmt: skip
    """A row for each text, in order; where the compiler fails on one, what `fail` makes of its number and the fault.

    Raises MemoryError and OSError, which speak of the machine (no memory, no model file).
    """
    if not texts:
        return []
    try:
        return _compile(compile_rows, texts, envelopes)
    except (MemoryError, OSError):
        raise
    except Exception:
        pass
    # One of them is our own bug: it must not cost the others their outcome.
    rows: list[CompiledRow] = []
    for number, (text, envelope) in enumerate(zip(texts, envelopes, strict=True)):
        try:
            rows += _compile(compile_rows, [text], [envelope])
        except (MemoryError, OSError):
            raise
        except Exception as fault:
            rows.append(fail(number, fault))
    return rows


def _compile(
    compile_rows: CompileRows, texts: Sequence[str], envelopes: Sequence[Envelope | None]
) -> list[CompiledRow]:
    rows = compile_rows(texts, envelopes)
    if len(rows) != len(texts):
        raise RuntimeError(f"compile_rows gave {len(rows)} rows for {len(texts)} messages")
    return rows


def refuse(
    problem: Problem, compiler_version: str, model_version: str = "", message_type: str | None = None, digest: str = ""
) -> CompiledRow:
    """The row of a message that was not compiled."""
    outcome = Outcome(
        message_type, is_valid=False, is_complete=False, problems=[problem], compiler_version=compiler_version,
        model_version=model_version, verification_hash=digest,
    )  # fmt: skip
    return make_row(outcome, None)


def describe_fault(fault: Exception) -> Problem:
    """The problem of a message on which the compiler failed."""
    # The class alone: an exception's text may quote the message or tell of the machine. A log has all of it.
    detail = f"The compiler failed on this message ({type(fault).__name__})."
    return Problem(code="internal-error", severity="error", detail=detail)


def is_fault(row: CompiledRow) -> bool:
    """Whether the compiler failed on the message. A quote within a value is escaped, so this is a code."""
    return '"code":"internal-error"' in row.problems


def understand_envelope(text: str | None) -> Envelope | Problem | None:
    """The envelope of that JSON text, or what is wrong with it; None where nothing is known of an envelope."""
    if text is None or text == "null":
        return None
    try:
        return load_envelope(text)
    except ValueError as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        detail = f"The envelope is no JSON object as udf.split_interchange gives it: {reason}."
        return Problem(code="envelope-unreadable", severity="error", detail=detail)
