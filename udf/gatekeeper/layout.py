"""How a message is laid out: one beginning, tags that exist, and one layout that holds for all of its lines."""

from collections.abc import Iterator, Sequence

from udf.edi.segments import Segment
from udf.findings import Finding
from udf.gatekeeper.blocks import find_repeated_blocks
from udf.gatekeeper.exchanged import find_exchanged
from udf.gatekeeper.numbering import check_line_numbers
from udf.gatekeeper.order import (
    check_header_dates,
    check_item_forms,
    check_lost_periods,
    check_moved_quantities,
    check_order,
    check_shifted,
    check_stray_periods,
)
from udf.gatekeeper.owners import check_owners
from udf.gatekeeper.placement import check_parts, check_places, find_empty_groups
from udf.gatekeeper.pricing import check_price_order, check_priced_lines
from udf.gatekeeper.states import find_lost_states
from udf.gatekeeper.tags import find_damaged_tags
from udf.gatekeeper.unmapped import find_unmapped
from udf.standards.chunks import Chunks
from udf.standards.message_types import MESSAGE_TYPES
from udf.standards.setting import Setting


def check_layout(segments: Sequence[Segment], first: int, chunks: Chunks, setting: Setting) -> Iterator[Finding]:
    """One beginning, tags that exist, places that bind one way, line numbers without a sign of loss, known codes.

    One after the other: there may be half a million of them.
    """
    yield from check_beginning(segments, first, chunks, setting)
    yield from find_damaged_tags(segments, range(first, len(segments)), setting)
    yield from check_places(segments, chunks, setting)
    yield from check_order(segments, chunks, setting)
    yield from check_item_forms(segments, setting)
    yield from check_owners(segments, first, setting)
    yield from check_header_dates(segments, chunks, setting)
    yield from check_lost_periods(segments, chunks, setting)
    yield from check_moved_quantities(segments, chunks, setting)
    yield from check_stray_periods(segments, chunks, setting)
    yield from check_shifted(segments, chunks, setting)
    yield from check_price_order(segments) or check_priced_lines(segments, chunks, setting)
    yield from check_summary(segments, chunks, setting)
    yield from check_parts(segments, chunks, setting)
    yield from find_exchanged(segments, chunks, setting)
    yield from find_lost_states(segments, chunks, setting)
    yield from find_empty_groups(segments, chunks, setting)
    yield from check_line_numbers(segments, chunks)
    yield from find_repeated_blocks(segments, chunks)
    yield from find_unmapped(segments, setting)


def check_beginning(segments: Sequence[Segment], first: int, chunks: Chunks, setting: Setting) -> list[Finding]:
    tag = MESSAGE_TYPES[setting.message_type].beginning
    found = [i for i in range(first, len(segments)) if segments[i].tag == tag]
    if not found or found[0] not in chunks.header.indices:
        detail = f"The message has no {tag} before its lines, so whether it reports, replaces or cancels is not known."
        return [Finding("beginning-missing", detail, first)]
    if len(found) > 1:
        return [Finding("beginning-repeated", f"A second {tag}: two messages may have run together.", found[1])]
    return []


def check_summary(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """What lines are made of, behind the last line and before the trailer."""
    end = max(chunk.last for chunk in chunks)
    tags = set(setting.standard.data) - {setting.standard.totals}
    stray = next((i for i in range(end, len(segments)) if segments[i].tag in tags), None)
    if stray is None:
        return []
    return [Finding("unread-data", f"{segments[stray].tag} stands in the summary, behind the last line.", stray)]
