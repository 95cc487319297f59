"""A reading that nobody has proved becomes a proposal: its lines as they would be, and what an approval records."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from udf.document import FLOWS, OPENING, SALES, span_at, text_at
from udf.edi.segments import Segment
from udf.layouts.description import describe_layout
from udf.line_periods import read_dates
from udf.message import Message
from udf.outcome import Line, Proposal, ProposalKind
from udf.reading import Record
from udf.standards.chunks import Chunks
from udf.standards.open_values import is_listed_reference
from udf.standards.places import PLACES, REFERENCES
from udf.standards.setting import Setting
from udf.standards.values import read_number

_SOURCES = {
    "item": "item_id", "item_type": "item_id_type", "location": "location_id", "location_type": "location_id_type",
    "qualifier": "qualifier", "quantity": "quantity", "unit": "unit", "price": "price", "price_type": "price_type",
}  # fmt: skip
_TOLD = {"location": "place", "item": "item", "start": "period", "end": "end of the period", "quantity": "quantity"}
Stated = Sequence[tuple[Record, Mapping[str, str]]]
"""Each record of a line with what stands above it, and for each of its fields the kind of chunk that states it."""


def make_proposal(message: Message, lines: Sequence[Stated], chunks: Chunks | None = None) -> Proposal:
    """The proposal of a reading that the invariants allow. Raises UnreadableValueError.

    With `chunks`, how the message was cut for it, an approval can have further messages read like it.
    """
    segments, setting = message.segments, message.setting
    told = [_build(segments, record, setting) for line in lines for record, _ in line]
    mapping = _map_fields(segments, [entry for line in lines for entry in line])
    unknown = list(_find_unknown(mapping, setting))
    kinds = Counter(kind for kind, _, _ in unknown)
    # a place or a date under a code of its own is a row of a table; whatever stands elsewhere is a reading
    kind: ProposalKind = unknown[0][0] if len(kinds) == 1 and "reading" not in kinds else "reading"
    said = "; ".join(sentence for _, sentence, _ in unknown) or "the layout is outside the structure of the standard"
    rows = [row for _, _, row in unknown if row]
    records = [[record for record, _ in line] for line in lines]
    layout = describe_layout(segments, chunks, records, setting) if chunks else None
    approve = {
        "partner": setting.partner or None, "message_type": setting.message_type,
        "layout": name_layout(segments), "rows": rows, "reading": mapping,
        "meanings": list(_find_meanings(segments, records, setting)), "plan": layout.as_json() if layout else None,
    }  # fmt: skip
    return Proposal(kind, f"Not proved, since {said}.", told, approve)


def _build(segments: Sequence[Segment], record: Record, setting: Setting) -> Line:
    """One line as it would be; what its quantity means is said where a table says it."""

    def text(name: str) -> str | None:
        return text_at(segments, record[name]) if name in record else None

    code = text("qualifier")
    measure = setting.measure(segments[record["qualifier"][0]].tag, code) if code else None
    is_sale = measure in SALES or (measure is None and setting.message_type in ("SLSRPT", "867"))
    has_period = is_sale or measure in FLOWS or measure in OPENING
    first, last = read_dates(segments, record)
    source = {_SOURCES[name]: span_at(segments, at) for name, at in record.items() if name in _SOURCES}
    dates = (("period_start", "start"), ("period_end", "end")) if has_period else (("as_of_date", "end"),)
    source |= {name: span_at(segments, record[of]) for name, of in dates if of in record}
    mark = setting.mark
    price = text("price")
    return Line(
        line_number=None, item_id=text("item"), item_id_type=text("item_type"), item_ids={},
        location_id=text("location"), location_id_type=text("location_type"), measure=measure or "unmapped",
        qualifier=code, quantity=read_number(text("quantity") or "", mark), unit=text("unit"),
        price=read_number(price, mark) if price else None, price_type=text("price_type"), currency=text("currency"),
        period_start=first if has_period else None, period_end=last if has_period else None,
        as_of_date=None if has_period else last, attributes={}, source=source,
    )  # fmt: skip


def _map_fields(segments: Sequence[Segment], records: Stated) -> dict[str, Any]:
    """Where each field stands: kind of chunk, segment, its qualifier where all have one, element and component."""
    found: dict[str, Counter[tuple[str, str, str, int, int]]] = {}
    for record, sources in records:
        for name, (s, e, c) in record.items():
            segment = segments[s]
            own = segment.value(0) if (e, c) != (0, 0) else ""
            found.setdefault(name, Counter())[sources[name], segment.tag, own, e, c] += 1
    names = ("in", "segment", "qualifier", "element", "component")
    return {
        name: [dict(zip(names, place, strict=True)) for place, _ in places.most_common(_MOST)]
        for name, places in found.items() if name in _SOURCES or name in ("start", "end")
    }  # fmt: skip


_MOST = 5
"""Places of one field that an approval names."""


def _find_unknown(
    mapping: Mapping[str, Any], setting: Setting
) -> Iterator[tuple[ProposalKind, str, dict[str, Any] | None]]:
    """What the standards or the tables do not say of the places that were read: kind, sentence, row of a table."""
    partner, standard = setting.partner or None, setting.standard
    for name, places in mapping.items():
        for place in places:
            tag, code = place["segment"], place["qualifier"]
            if name == "location" and (tag not in standard.splits):
                role = setting.place_role(tag, code) if tag in PLACES else None
                if role in ("yes", "weak"):
                    continue
                row = {"table": "party_roles", "standard": standard.name, "segment": tag, "code": code,
                       "partner": partner, "is_place": "yes"}  # fmt: skip
                is_row = tag in PLACES or tag in REFERENCES
                said = f"{tag} {code}".strip() + " would be the place"
                yield "role" if is_row else "reading", said, row if is_row else None
            elif name in ("start", "end") and tag == "DTM":
                if setting.date_role(tag, code) is None:
                    row = {"table": "date_roles", "standard": standard.name, "segment": tag, "code": code,
                           "partner": partner, "role": "period" if name == "start" else "period_end"}  # fmt: skip
                    yield "period", f"DTM {code} would be the {_TOLD[name]}", row
            elif name == "qualifier":
                pass
            elif name in _TOLD and not standard.may_stand(name, tag, place["element"], place["component"]):
                yield "reading", f"{tag} {code}".strip() + f" would be the {_TOLD[name]}", None
    for place in mapping.get("quantity", ()):
        code = place["qualifier"]
        if code and setting.measure(place["segment"], code) is None and place["segment"] not in standard.splits:
            row = {"table": "quantity_meanings", "standard": standard.name, "segment": place["segment"], "code": code,
                   "partner": partner, "measure": None}  # fmt: skip
            yield "code", f"what the quantity {place['segment']} {code} means is not said", row


def states_openly(proposal: Proposal, name: str, setting: Setting) -> bool:
    """Whether a proposal has a place or a date for each line, where the standard does not say what stands there.

    What the standard says to be no place, or no date of a sale, the model does not make one. A reference whose code the
    directory lists is what it says there, unless its values tell the lines apart.
    """
    if name == "location":
        is_whole = all(line.location_id for line in proposal.lines)
    else:
        is_whole = all(line.period_end or line.as_of_date for line in proposal.lines)
    is_told_apart = name != "location" or len({line.location_id for line in proposal.lines}) > 1
    places = proposal.approve["reading"].get(name, ())
    return is_whole and all(_is_open(place["segment"], place["qualifier"], setting, is_told_apart) for place in places)


def _is_open(tag: str, code: str, setting: Setting, is_told_apart: bool) -> bool:
    if tag in PLACES:
        return setting.place_role(tag, code) is None
    if tag == "DTM":
        return setting.date_role(tag, code) is None
    if tag in REFERENCES:
        return is_told_apart or not is_listed_reference(tag, code)
    return tag not in setting.standard.segments


def _find_meanings(
    segments: Sequence[Segment], lines: Sequence[Sequence[Record]], setting: Setting
) -> Iterator[dict[str, Any]]:
    """The codes of quantities that no table knows: what they mean is for whoever approves to say."""
    seen: dict[tuple[str, str], None] = {}
    for records in lines:
        for record in records:
            at = record.get("qualifier")
            tag = segments[(at or record["quantity"])[0]].tag
            code = text_at(segments, at) if at else ""
            if setting.measure(tag, code) is None:
                seen.setdefault((tag, code))
    for tag, code in seen:
        yield {"standard": setting.standard.name, "segment": tag, "code": code, "measure": None}


def name_layout(segments: Sequence[Segment]) -> str:
    """Twelve characters that are the same for messages of the same segments, whatever they are read as."""
    tags = sorted({segment.tag for segment in segments})
    return hashlib.sha256("\n".join(tags).encode(errors="surrogatepass")).hexdigest()[:12]
