"""Where a message puts its places: where one could belong to other lines as well, none of them is believed."""

from collections import Counter
from collections.abc import Sequence

from udf.edi.segments import Segment
from udf.findings import Finding
from udf.gatekeeper.syntax import find_malformed
from udf.standards.chunks import Chunk, Chunks, each_line
from udf.standards.places import PLACES, is_other_party, place_role, signature
from udf.standards.quantities import PLACE_REFERENCES, names_part_place, quantity_positions
from udf.standards.setting import Setting
from udf.standards.x12 import X12


def check_places(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """Places in lines that may belong to other lines as well: damaged ones, and those that a lost place would shift.

    Places behind the quantities of their line hold only where the last line has one too and where their kind stands
    nowhere above the lines. No place of a line is of a kind that opens groups, or stands above and in some lines only.
    """
    inside = [[i for i in range(line.first, line.last) if segments[i].tag in PLACES] for line in each_line(chunks)]
    malformed = find_malformed(segments, [i for indices in inside for i in indices], setting)
    if malformed:
        return malformed
    openers = {signature(segments[chunk.first]) for chunk in chunks.groups}
    above = openers | {signature(segments[i]) for chunk in (chunks.header, *chunks.groups) for i in chunk.indices}
    # a line without a quantity has nothing that its places could be of, and is rejected by name
    kinds = [
        {signature(segments[i]) for i in indices}
        for line, indices in zip(each_line(chunks), inside, strict=True)
        if any(True for _ in quantity_positions(segments, line.first, line.last, setting.standard))
    ]  # fmt: skip
    stated_by = Counter(kind for own in kinds for kind in own)
    in_some = {kind for kind in above if 0 < stated_by[kind] < len(kinds)}
    both = openers | in_some
    doubtful = [i for indices in inside for i in indices if signature(segments[i]) in both]
    transfers = {chunk.first for chunk in chunks.groups if segments[chunk.first].tag == "PTD"}
    if transfers:  # where PTD opens a group of an 867, each is opened by one
        doubtful += [chunk.first for chunk in chunks.groups if chunk.first not in transfers]
    doubtful += [i for line in each_line(chunks) for i in range(line.first, line.last) if segments[i].tag == "PTD"]
    behind: list[int | None] = []
    for line, indices in zip(each_line(chunks), inside, strict=True):
        stated = [s for s, _, _ in quantity_positions(segments, line.first, line.last, setting.standard)]
        tail = [i for i in indices if stated and i > stated[-1] and place_role(segments[i], setting) != "no"]
        doubtful += [i for i in tail if signature(segments[i]) in above]
        behind.append(tail[0] if tail else None)
        if not any(place_role(segments[i], setting) == "yes" for i in indices):
            unknown = [i for i in tail if place_role(segments[i], setting) is None]  # it may open a group
            doubtful += [i for i in unknown if not is_other_party(segments, i, setting)]
    placed = [place for place in behind if place is not None]
    if placed and behind[-1] is None:
        doubtful += placed
    detail = "A place between two lines can belong to the line before or to those after it."
    found = [Finding("ambiguous-structure", detail, min(doubtful))] if doubtful else []
    return found + (_find_bare_transfers(segments, chunks, setting) if transfers else [])


def _find_bare_transfers(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """Transfers of one kind (PTD01) of which some name a place: a scrapping has no customer, and each sale has."""
    is_placed: dict[str, bool] = {}
    for chunk in chunks.groups:
        kind, own = segments[chunk.first].value(0), _names_place(segments, chunk, setting)
        if is_placed.setdefault(kind, own) != own:
            detail = f"Some transfers of the kind {kind} name a place and others none: one may be lost."
            return [Finding("place-missing", detail, chunk.first)]
    return []


def check_parts(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """SCH with a place beside SCH without one: a place may be lost."""
    parts = [i for line in each_line(chunks) for i in range(line.first, line.last) if segments[i].tag == "SCH"]
    bare = [i for i in parts if not segments[i].value(3)]
    if not setting.standard.splits:
        return []
    if 0 < len(bare) < len(parts):
        return [Finding("place-missing", "Some SCH of the message name a place and others none.", bare[0])]
    return _find_shelves(segments, chunks, setting)


def _find_shelves(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """A split by storage location (REF WS) of stock for which N1 names a place as well: a shelf is no warehouse."""
    named = [chunk for chunk in (chunks.header, *chunks.groups) if _names_place(segments, chunk, setting)]
    if not named:
        return []
    shelf = next(
        (s for line in each_line(chunks) for s, e, _ in quantity_positions(segments, line.first, line.last, X12)
         if segments[s].tag == "REF" and segments[s].value(e) and names_part_place(segments[s])),
        None,
    )  # fmt: skip
    if shelf is None:
        return []
    detail = f"{segments[shelf].raw[:60]} splits a stock for which N1 names the place."
    return [Finding("place-ambiguous", detail, shelf)]


def find_empty_groups(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """Places with no line under them: nothing was sold there, or the lines are lost."""
    used = {id(line.group) for line in chunks.lines}
    empty = [chunk.first for chunk in chunks.groups if id(chunk) not in used and _names_place(segments, chunk, setting)]
    if not empty:
        return []
    detail = f"{len(empty)} places have no line, the first is {segments[empty[0]].raw[:60]}."
    return [Finding("place-without-lines", detail, empty[0])]


def _names_place(segments: Sequence[Segment], chunk: Chunk, setting: Setting) -> bool:
    return any(segments[i].tag in PLACES and place_role(segments[i], setting) != "no" for i in chunk.indices)


def find_referenced_places(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[int]:
    """REF and N9 of an X12 message that may name the place of lines for which no other is stated.

    ZZ is whatever two partners agreed on. In an 846 it is seen as a region and left alone.
    """
    codes = PLACE_REFERENCES if setting.message_type == "846" else (*PLACE_REFERENCES, "ZZ")
    return [] if setting.standard is not X12 else [
        i for chunk in (chunks.header, *chunks.groups, *each_line(chunks)) for i in range(chunk.first, chunk.last)
        if segments[i].tag in ("REF", "N9") and segments[i].value(0) in codes and segments[i].value(1)
    ]  # fmt: skip
