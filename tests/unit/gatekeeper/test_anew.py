"""Lines that are made when they are asked for are the lines that would have been kept."""

from typing import Any, cast

from tests.small_messages import sales
from udf.compiler import Compiler
from udf.gatekeeper.anew import LinesAnew, RejectedAnew
from udf.message import Unit
from udf.outcome import Line, RejectedLine

TEXT = sales("LIN+1++4006381333931:EN QTY+153:1 LIN+2++4006381333948:EN QTY+153:2 LIN+3++4006381333955:EN QTY+153:X")


def compiled() -> tuple[list[Unit], list[Line]]:
    ((outcome, units),) = Compiler(None).compile_units([TEXT])
    assert outcome.document is not None
    return [unit for unit in units if unit.chunks[0].kind == "line" and not unit.findings], list(outcome.document.lines)


def test_lines_are_built_at_each_look_and_are_as_many_and_the_same() -> None:
    units, kept = compiled()
    built: list[Unit] = []

    def build(unit: Unit) -> list[Line]:
        built.append(unit)
        return [kept[next(n for n, known in enumerate(units) if known is unit)]]

    lines = LinesAnew(units, build)
    assert len(lines) == len(kept) == 2
    assert built == []
    assert list(lines) == kept
    assert (lines[0], lines[-1], lines[1:]) == (kept[0], kept[1], kept[1:])
    assert len(built) > len(kept)


def test_a_rejected_line_is_made_for_each_unit() -> None:
    made = [cast("Any", object()), cast("Any", object())]
    rejected = RejectedAnew(made, lambda unit: cast("RejectedLine", unit))
    assert len(rejected) == 2
    assert all(one is unit for one, unit in zip(rejected, made, strict=True))
