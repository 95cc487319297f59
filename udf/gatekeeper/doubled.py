"""Lines that say again what other lines of their message say, in whole or in sum: they are refused, and no other."""

from collections.abc import Callable, Collection, Iterator, Sequence

from udf.document import transfer_of
from udf.findings import Finding
from udf.gatekeeper.blocks import find_copies, least_identifier
from udf.message import Message, Unit
from udf.outcome import Line
from udf.standards.meanings import SUMMARY


def find_doubled(
    message: Message, units: Sequence[Unit], built: Callable[[int], Sequence[Line]], packed: Collection[str | None]
) -> Iterator[tuple[Unit, Finding]]:
    """What stands against lines that nothing else is against: each unit once.

    `built` gives the lines of a unit by its place, and `packed` are the items that stand in two units.
    """
    copies = find_copies(message.segments, message.chunks)
    summaries = _find_summaries(message)
    for number, unit in enumerate(units):
        chunk = unit.chunks[0]
        if unit.findings:
            continue
        if chunk.line in copies:
            detail = "The line stands twice at one place, with one number: it may have been sent twice."
            yield unit, Finding("repeated-block", detail, chunk.first)
        elif id(chunk.group) in summaries:
            detail = "PTD SU sums up what other transfers state: of a total and its parts the parts count."
            yield unit, Finding("total-beside-parts", detail, chunk.first)
        elif packed and (item := next((i for i in map(least_identifier, built(number)) if i in packed), None)):
            detail = f"Item {item} is stated in two units for one place and period: one may be the other's content."
            yield unit, Finding("two-units", detail, chunk.first)


def _find_summaries(message: Message) -> set[int]:
    """The groups, by identity, that are summaries (X12 521: SU) and stand beside other transfers."""
    segments, groups = message.segments, message.chunks.groups
    kinds = {id(group): transfer_of(segments, group.first, group.last) for group in groups}
    is_beside = bool(set(kinds.values()) - {"", SUMMARY})
    return {at for at, kind in kinds.items() if kind == SUMMARY and is_beside}
