"""The numbers of a message's lines: what repeats or is left out may be a line sent twice, or one lost."""

from collections.abc import Sequence
from itertools import pairwise

from udf.edi.segments import Segment
from udf.findings import Finding
from udf.gatekeeper.values import read_count
from udf.standards.chunks import Chunks, each_line


def check_line_numbers(segments: Sequence[Segment], chunks: Chunks) -> list[Finding]:
    """Numbers that start again at one place, or leave some out: warnings, since many number as they like."""
    runs: dict[int, list[tuple[int, int]]] = {}
    for chunk in each_line(chunks):
        lin = next((i for i in range(chunk.first, chunk.last) if segments[i].tag == "LIN"), None)
        number = read_count(segments[lin].value(0)) if lin is not None else None
        if lin is not None and number is not None:
            runs.setdefault(id(chunk.group), []).append((number, lin))
    return judge_line_numbers(list(runs.values()))


def judge_line_numbers(runs: Sequence[Sequence[tuple[int, int]]]) -> list[Finding]:
    """(number, segment) of each LIN, a run for each place: numbers that repeat or leave some out."""
    steps = [(b - a, lin) for run in runs for (a, _), (b, lin) in pairwise(run)]
    if not steps:
        return []
    firsts = {run[0][0] for run in runs if run}
    if len([run for run in runs if run]) > 1 and len(firsts) == 1:  # numbers begin anew at each place
        again = [lin for run in runs for (a, _), (b, lin) in pairwise(run) if b <= a and b in firsts]
        if again:
            detail = "Line numbers begin anew at each place, and here without one: its place may be lost."
            return [Finding("place-lost", detail, again[0])]
    anew = next((start for run in runs if (start := _begins_anew(run)) is not None), None)
    if anew is not None:
        detail = "Line numbers begin anew under one place: the place of those that follow may be lost."
        return [Finding("place-lost", detail, anew)]
    back = [lin for step, lin in steps if step <= 0]
    if back:
        detail = "Line numbers repeat or start again: a line may be sent twice, or the place of a group be lost."
        return [Finding("line-number-repeated", detail, back[0])]
    usual = min(step for step, _ in steps)
    gaps = [lin for step, lin in steps if step != usual]
    if gaps and 2 * len(gaps) < len(steps):
        return [Finding("line-number-gap", f"Line numbers leave some out ({len(gaps)} gaps).", gaps[0])]
    return []


def _begins_anew(run: Sequence[tuple[int, int]]) -> int | None:
    """The LIN with which the numbers of one place start from their first again, several lines and several again."""
    starts = [0, *(at for at in range(1, len(run)) if run[at][0] <= run[at - 1][0]), len(run)]
    stretches = [run[first:last] for first, last in pairwise(starts)]
    whole = len(stretches) > 1 and all(len(s) > 1 and s[0][0] == run[0][0] for s in stretches)
    return stretches[1][0][1] if whole else None
