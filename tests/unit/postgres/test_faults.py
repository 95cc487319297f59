"""A compiler that fails on one message of a batch costs that message its document, and no other."""

from collections.abc import Sequence

import pytest

from udf.compiler import Compiler
from udf.outcome import CompiledRow, Envelope, Problem
from udf.postgres.faults import (
    PLAIN_MESSAGE,
    compile_each,
    describe_fault,
    is_fault,
    refuse,
    understand_envelope,
)

COMPILER = Compiler(None)


def fails_on(poison: str, fault: BaseException) -> object:
    def compile_rows(texts: Sequence[str], envelopes: Sequence[Envelope | None]) -> list[CompiledRow]:
        if poison in texts:
            raise fault
        return COMPILER.compile_rows(texts, envelopes)

    return compile_rows


def compile_all(texts: list[str], fault: BaseException) -> list[CompiledRow]:
    return compile_each(
        fails_on("poison", fault), texts, [None] * len(texts),  # type: ignore[arg-type]
        lambda _, error: refuse(describe_fault(error), "c", "m"),
    )  # fmt: skip


def test_the_others_of_a_batch_keep_their_outcome() -> None:
    first, broken, last = compile_all([PLAIN_MESSAGE, "poison", PLAIN_MESSAGE], ValueError("a secret of the message"))
    assert (first.is_complete, last.is_complete, is_fault(first)) == (True, True, False)
    assert is_fault(broken)
    assert "ValueError" in broken.problems
    assert "secret" not in broken.problems


@pytest.mark.parametrize("fault", [MemoryError(), OSError("no model")])
def test_what_speaks_of_the_machine_is_raised(fault: BaseException) -> None:
    with pytest.raises(type(fault)):
        compile_all(["poison"], fault)


def test_an_envelope_that_is_none_is_a_problem_and_no_exception() -> None:
    assert understand_envelope(None) is None
    assert understand_envelope("null") is None
    assert understand_envelope('{"sender": "A"}') == Envelope(sender="A")
    problem = understand_envelope("[1, 2]")
    assert isinstance(problem, Problem)
    assert problem.code == "envelope-unreadable"
