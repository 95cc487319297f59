"""A message becomes chunks: its header, the groups that set a place or a period for the lines below them, its lines.

Which segment opens a line, and whether a place that stands between two lines belongs to the one before or opens a
group for those after, is decided once over the whole message, never segment by segment. Where the layout allows both,
the message is called ambiguous and refused: trying one binding after the other until a document is proved made five
silent errors in sixty messages, since each binding is proved by its own places.
"""

from collections.abc import Iterator, Sequence

from udf.reading import SegmentLike
from udf.standards.chunks import Chunk, Chunks
from udf.standards.edifact import EDIFACT
from udf.standards.message_types import standard_of
from udf.standards.places import PLACES, is_buying_store, signature
from udf.standards.quantities import QUANTITIES
from udf.standards.reference import Reference, load_reference
from udf.standards.windows import cut_line
from udf.standards.x12 import X12

MAX_CHUNKS = 120_000
"""Groups, and lines or windows of them, of one message: each takes the model a millisecond, and two kilobytes."""
MAX_TOGETHER = 200_000
"""Groups and lines of one message: a hundred thousand lines that have a place each take 300 MB (November 2026)."""
MAX_SEGMENTS = 50_000
"""Segments of a header, a group or a line. A line with the places of ten thousand stores has some thirty thousand."""
TRAILERS = frozenset((*EDIFACT.trailers, *X12.trailers))
ENVELOPE = frozenset((*EDIFACT.envelope, *X12.envelope))
# Addresses, contacts and free text: they never hold a field of a record, and left out they cost no tokens.
SILENT = frozenset("CTA COM PER N2 N3 N4 FTX IMD PID XPO TD5 FOB MEA PKG PAC ALI PO4 PO3 MAN TAX MKS PRF SAC".split())
# What may stand under the place of a group, before its first line.
_GROUP_TAGS = frozenset("DTM RFF REF N9 LOC NAD N1 PTD".split()) | SILENT


class ExcessError(Exception):
    """A part of the message has more than is read of one, or there are too many parts; the text is a sentence."""


def body_range(segments: Sequence[SegmentLike]) -> tuple[int, int]:
    """The range between the envelope's opening segments and the message's trailer."""
    start = 0
    while start < len(segments) and segments[start].tag in ENVELOPE:
        start += 1
    end = len(segments)
    for i in range(len(segments) - 1, start - 1, -1):
        if segments[i].tag in QUANTITIES or segments[i].tag in ("LIN", "SLN"):
            break
        if segments[i].tag in TRAILERS:
            end = i
    return start, end


def line_openers(segments: Sequence[SegmentLike], start: int, end: int, message_type: str) -> list[int]:
    """Where lines begin: LIN, or in an 867 the QTY that precedes its LIN (X12 867, table 2: PTD, QTY, LIN)."""
    lins = [i for i in range(start, end) if segments[i].tag == "LIN"]
    if message_type == "867":
        floor = next((i for i in range(start, end) if segments[i].tag == "PTD"), start)
        last = lins[-1] if lins else end
        # LIN first if a quantity still follows the last LIN; a reference total in the header does not count
        closed = any(segments[i].tag == "QTY" for i in range(last, end))
        if not closed:
            quantities = [i for i in range(floor, end) if segments[i].tag == "QTY"]
            if lins and floor == start:
                quantities = [i for i in quantities if i + 1 < end and segments[i + 1].tag == "LIN"] or quantities
            return quantities or lins
    openers = []
    for i in lins:
        if i > start and segments[i - 1].tag in ("GIS", "GEI"):
            i -= 1  # item-first layout of D.97A and later: GIS/GEI opens the item
        openers.append(i)
    return openers


def line_tails(segments: Sequence[SegmentLike], openers: list[int], end: int) -> list[tuple[int, int]]:
    """For each line the range after its last quantity, where a place may end the line or open the next group."""
    tails = []
    for i, opener in enumerate(openers):
        stop = openers[i + 1] if i + 1 < len(openers) else end
        last = opener
        for k in range(opener, stop):
            if segments[k].tag in QUANTITIES or (segments[k].tag in ("LIN", "PIA") and k > last):
                last = k
        tails.append((last + 1, stop))
    return tails


def _each(segments: Sequence[SegmentLike], first: int, last: int) -> Iterator[SegmentLike]:
    """The segments of a range, one at a time: those of a long message are not kept."""
    return map(segments.__getitem__, range(first, last))


def _has_quantity(segments: Sequence[SegmentLike], first: int, last: int) -> bool:
    return any(segments[k].tag in QUANTITIES for k in range(first, last))


def _is_party(segment: SegmentLike, message_type: str, partner: str, reference: Reference) -> bool:
    """True for a NAD, N1 or LOC that is no place: it opens no group, and may stand in one."""
    if segment.tag not in PLACES:
        return False
    role = reference.place_role(standard_of(message_type).name, *signature(segment), partner)
    return role == "no" or (role == "weak" and segment.tag == "N1" and not is_buying_store(segment))


def _forward_places(
    segments: Sequence[SegmentLike],
    start: int,
    openers: list[int],
    tails: list[tuple[int, int]],
    message_type: str,
    partner: str,
    reference: Reference,
) -> tuple[set[tuple[str, str]], bool]:
    """Signatures of the places that open groups, and whether the layout leaves a doubt.

    A place opens groups where it stands before the first line and between lines and not after the last one.
    """
    end = tails[-1][1]
    before = {
        signature(s) for s in _each(segments, start, openers[0])
        if s.tag in PLACES and not _is_party(s, message_type, partner, reference)
    }  # fmt: skip
    # A line without a quantity does not show where its own places end.
    shown: list[tuple[int, int]] = []
    bare: list[tuple[int, int]] = []
    for tail, opener in zip(tails, openers, strict=True):
        (shown if _has_quantity(segments, opener, tail[0]) else bare).append(tail)
    between = {signature(segments[k]) for a, b in shown if b < end for k in range(a, b) if segments[k].tag in PLACES}
    after = {signature(segments[k]) for a, b in shown if b == end for k in range(a, b) if segments[k].tag in PLACES}
    if any(segments[k].tag == "PTD" for k in range(start, openers[0])):
        return set(), False  # X12 867: places stand in the loops of PTD, and those without a quantity have theirs
    forward = before & between - after
    doubt = before & between & after
    doubt |= before & {signature(segments[k]) for a, b in bare if b < end for k in range(a, b)} - forward
    if message_type == "SLSRPT":  # D.96A: LOC is group 5 and stands before its lines; the item-first layout has none
        loc = {s for s in before if s[0] == "LOC"}
        forward |= loc | ({s for s in between if s[0] == "LOC"} if loc else set())
        doubt -= forward
    if message_type in ("INVRPT", "846"):
        doubt |= forward
    return forward, bool(doubt)


def _group_end(segments: Sequence[SegmentLike], start: int, stop: int) -> int:
    """Where the group that opens at `start` ends: before its own kind returns, or anything that no group holds."""
    k = start + 1
    while k < stop and segments[k].tag in _GROUP_TAGS and signature(segments[k]) != signature(segments[start]):
        k += 1
    return k


def split_message(
    segments: Sequence[SegmentLike], message_type: str, partner: str = "", reference: Reference | None = None
) -> Chunks:
    """Split the segments of one message (UNH…UNT or ST…SE, with or without them) into chunks.

    A message without lines has a header only. Every segment of the body belongs to one chunk at least. `reference` is
    the tables of the installation where none are given. Raises ExcessError.
    """
    reference = reference or load_reference()
    start, end = body_range(segments)
    openers = line_openers(segments, start, end, message_type)
    if not openers:
        return _split_without_lines(segments, start, end, message_type)
    first = openers[0]
    tails = line_tails(segments, openers, end)
    forward, ambiguous = _forward_places(segments, start, openers, tails, message_type, partner, reference)
    # the parties that stand before the place of each group (N1*FR, then N1*ST) come with it
    companions = {
        signature(s) for s in _each(segments, start, first) if _is_party(s, message_type, partner, reference)
    }  # fmt: skip
    header_indices: list[int] = []
    groups: list[Chunk] = []
    floor = (
        next((i for i in range(start, first) if segments[i].tag == "PTD"), first) if message_type == "867" else first
    )
    k = start
    while k < first:
        if k >= floor:  # each PTD opens a loop, and one without a quantity has its own party
            groups.extend(_following_groups(segments, floor, first))
            _check_number(len(groups), "places and groups")
            break
        if signature(segments[k]) in forward and floor == first:  # an 867 has its groups under PTD
            stop = _group_end(segments, k, first)
            groups.append(make_chunk("group", segments, range(k, stop)))
            _check_number(len(groups), "places and groups")
            k = stop
        else:
            header_indices.append(k)
            k += 1
    chunks = Chunks(make_chunk("header", segments, header_indices), groups, [], ambiguous)
    for number, (opener, (tail, stop)) in enumerate(zip(openers, tails, strict=True), 1):
        group = groups[-1] if groups else None
        cut = next(
            (k for k in range(tail, stop) if segments[k].tag == "PTD" or signature(segments[k]) in forward), stop
        )
        while tail < cut < stop and segments[cut].tag != "PTD" and signature(segments[cut - 1]) in companions:
            cut -= 1
        for window in make_line_chunks(segments, opener, cut):
            window.group, window.line = group, number
            chunks.lines.append(window)
        for following in _following_groups(segments, cut, stop):
            groups.append(following)
            _check_number(len(groups), "places and groups")
        _check_number(len(chunks.lines), "lines and parts of lines")
        _check_number(len(groups) + len(chunks.lines), "places, groups and lines", MAX_TOGETHER)
    return chunks


def _split_without_lines(segments: Sequence[SegmentLike], start: int, end: int, message_type: str) -> Chunks:
    """The header, and in a SLSRPT the places of which each has no line (D.96A: LOC is group 5, LIN is conditional)."""
    is_sales = message_type == "SLSRPT"
    first = next((i for i in range(start, end) if is_sales and segments[i].tag == "LOC"), end)
    groups = list(_following_groups(segments, first, end))
    _check_number(len(groups), "places and groups")
    return Chunks(make_chunk("header", segments, range(start, first)), groups)


def _check_number(number: int, what: str, most: int | None = None) -> None:
    if number > (most or MAX_CHUNKS):
        raise ExcessError(f"The message has more than {most or MAX_CHUNKS} {what}.")


def _check_size(number: int, kind: str) -> None:
    if number > MAX_SEGMENTS:
        raise ExcessError(f"A {kind} of the message has {number} segments, more than {MAX_SEGMENTS}.")


def _following_groups(segments: Sequence[SegmentLike], start: int, stop: int) -> Iterator[Chunk]:
    """The groups between two lines; of several in a row all but the last are places without lines."""
    k = start
    while k < stop:
        end = k + 1
        while end < stop and segments[end].tag != "PTD" and signature(segments[end]) != signature(segments[k]):
            end += 1
        yield make_chunk("group", segments, range(k, end))
        k = end


def make_chunk(kind: str, segments: Sequence[SegmentLike], indices: Sequence[int]) -> Chunk:
    """A header or group, or a line that is shown at once. Raises ExcessError."""
    _check_size(len(indices), kind)
    shown: Sequence[int] = [i for i in indices if segments[i].tag not in SILENT]
    if isinstance(indices, range) and len(shown) == len(indices):
        shown = indices  # it takes no memory
    first = indices[0] if len(indices) else 0
    last = indices[-1] + 1 if len(indices) else 0
    return Chunk(kind, segments, shown, first, last)


def make_line_chunks(segments: Sequence[SegmentLike], start: int, stop: int) -> list[Chunk]:
    """One chunk for a line, or several where it is long."""
    _check_size(stop - start, "line")
    windows = cut_line(segments, [i for i in range(start, stop) if segments[i].tag not in SILENT])
    if windows is None:
        return [make_chunk("line", segments, range(start, stop))]
    return [Chunk("line", segments, window.indices, start, stop, window.carried) for window in windows]
