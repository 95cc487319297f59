"""What a sound message is made to say beside what it said: a meaning that a careless reader would not see.

A *plant* keeps the message well formed and its counts right. What it says then is another thing by the directories, so
that lines which go on as before are a silent error: `python -m udf.train.attack.plants --messages 2000` counts them.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from udf.compiler import Compiler
from udf.contract import Line, Outcome
from udf.edi.delimiters import find_delimiters
from udf.train.attack.sound import SoundMessage, draw_sound_messages
from udf.train.corpus.truth import Essence, essence

Row = str | list[str]
"""An element, or its components."""
ON_HAND = ("on_hand", "available", "closing_balance")
PIECES = ("PCE", "EA", "C62", "NAR")


@dataclass(frozen=True, slots=True)
class Planted:
    """A text with a plant in it; the lines that mean something else, and what they may be called then."""

    text: str
    changed: Sequence[Line]
    is_right: Callable[[Line], bool] = lambda line: False


Put = Callable[[random.Random, SoundMessage], Planted | None]
"""None where a message has no room for the plant."""


def _write(sound: SoundMessage, tag: str, *elements: Row) -> str:
    marks = find_delimiters(sound.text)
    assert marks is not None
    texts = [element if isinstance(element, str) else marks.component.join(element) for element in elements]
    return marks.element.join([tag, *texts]) + marks.segment


def _insert(sound: SoundMessage, at: int, *segments: str) -> str:
    """The text with segments before the one at an index, and the trailer's count put right."""
    rows = list(sound.rows)
    start, end = sound.segments[sound.trailer].component_span(0)
    shift = sound.segments[sound.trailer].start
    row = rows[sound.trailer]
    rows[sound.trailer] = f"{row[: start - shift]}{len(sound.rows) + len(segments)}{row[end - shift :]}"
    return "".join([*rows[:at], *segments, *rows[at:]])


def _exchange(sound: SoundMessage, index: int, element: int, component: int, by: str) -> str | None:
    segment = sound.segments[index]
    if not segment.value(element, component):
        return None
    return sound.replaced(segment.component_span(element, component), by)


def _any_line(r: random.Random, sound: SoundMessage, measures: Sequence[str], tag: str) -> tuple[Line, int] | None:
    """A line of one of these measures whose quantity stands in a segment of a tag, and that segment."""
    lines = [line for line in sound.lines if line.measure in measures]
    found = [(line, sound.place_of(line, "quantity")) for line in lines]
    found = [(line, at) for line, at in found if sound.segments[at].tag == tag]
    return r.choice(found) if found else None


def _tags(sound: SoundMessage) -> set[str]:
    return {sound.segments[i].tag for i in sound.body}


def damaged_stock(r: random.Random, sound: SoundMessage) -> Planted | None:
    """INV 7491 2 behind the quantity (D.96A INVRPT): damaged."""
    found = _any_line(r, sound, ON_HAND, "QTY")
    if found is None or sound.x12 or "INV" in _tags(sound):
        return None
    line, at = found
    text = _insert(sound, at + 1, _write(sound, "INV", "", "2"))
    return Planted(text, [line], lambda other: other.measure == "damaged")


def stock_with_status(r: random.Random, sound: SoundMessage) -> Planted | None:
    """STS behind the quantity (D.96A INVRPT): a status that no list of ours has."""
    found = _any_line(r, sound, ON_HAND, "QTY")
    if found is None or sound.x12 or "STS" in _tags(sound):
        return None
    line, at = found
    return Planted(_insert(sound, at + 1, _write(sound, "STS", "1", "DMG")), [line])


def other_transfer(r: random.Random, sound: SoundMessage) -> Planted | None:
    """PTD01 (521) SU: a summary and no sale of its own."""
    transfers = sound.tagged("PTD")
    if not transfers or sound.segments[transfers[0]].value(0) not in ("SS", "SH"):
        return None
    at = transfers[0]
    stop = transfers[1] if len(transfers) > 1 else sound.trailer
    went = [line for line in sound.lines if line.measure in ("sold", "shipped", "returned")]
    lines = [line for line in went if at < sound.place_of(line, "quantity") < stop]
    text = _exchange(sound, at, 0, 0, "SU")
    return Planted(text, lines, lambda line: line.measure == "unmapped") if text and lines else None


def sub_line(r: random.Random, sound: SoundMessage) -> Planted | None:
    """C829 of a LIN: the line is a part of another one."""
    lins = [i for i in sound.tagged("LIN") if len(sound.segments[i].elements) == 3 and sound.segments[i].value(2)]
    if sound.x12 or len(lins) < 2:
        return None
    at = r.choice(lins[1:])
    marks = find_delimiters(sound.text)
    assert marks is not None
    end = sound.segments[at].component_span(2, len(sound.segments[at].elements[2]) - 1)[1]
    lines = [line for line in sound.standing_in(at, "item_id") if line.line_number]
    text = sound.replaced((end, end), f"{marks.element}1{marks.component}1")
    return Planted(text, lines, lambda line: line.parent_line == "1") if lines else None


def carton_beside_pieces(r: random.Random, sound: SoundMessage) -> Planted | None:
    """The line before once more, in cartons: what the pieces came in, or further goods."""
    spans = [span for span in sound.line_rows() if len(span) > 1]
    for span in r.sample(spans, len(spans)):
        inside = [line for line in sound.lines if sound.place_of(line, "quantity") in span]
        if len(inside) != 1 or inside[0].measure != "sold" or inside[0].unit not in PIECES or inside[0].attributes:
            continue
        at = sound.place_of(inside[0], "unit")
        if at not in span or inside[0].quantity <= 0:
            continue
        segment, text = sound.segments[at], list(sound.rows)
        start, end = (place - segment.start for place in inside[0].source["unit"])
        lead = len(text[at]) - len(text[at].lstrip()) if at else 0
        copy = [sound.rows[i] for i in span]
        row = sound.rows[at]
        offset = row.find(segment.raw)
        if offset < 0 or lead > offset:
            continue
        copy[at - span.start] = f"{row[: offset + start]}CT{row[offset + end :]}"
        return Planted(_insert(sound, span.stop, *copy), inside)
    return None


def placeholder(r: random.Random, sound: SoundMessage) -> Planted | None:
    """A GTIN of noughts: an article that has none."""
    lines = [line for line in sound.lines if line.item_id_type in ("EN", "UP", "SRV", "EAN", "UK") and line.item_id]
    if not lines:
        return None
    line = r.choice(lines)
    at = sound.place_of(line, "item_id")
    text = sound.replaced(line.source["item_id"], "0" * len(line.item_id or ""))
    return Planted(
        text,
        sound.standing_in(at, "item_id"),
        lambda other: other.item_id not in ("0" * len(line.item_id or ""), line.item_id),
    )


def other_function(r: random.Random, sound: SoundMessage) -> Planted | None:
    """1225 46 (provisional), 353 22 (information copy): what such a report does to earlier ones no table says."""
    beginning = next((i for i in sound.tagged("BGM", "BIA", "BPT", "XQ")), None)
    if beginning is None:
        return None
    at = {"BGM": 2, "BIA": 0, "BPT": 0, "XQ": 4}[sound.segments[beginning].tag]
    text = _exchange(sound, beginning, at, 0, "22" if sound.x12 else "46")
    return Planted(text, sound.lines) if text else None


def unlisted_code(r: random.Random, sound: SoundMessage) -> Planted | None:
    """A code of a quantity that no list has."""
    found = _any_line(r, sound, ("sold", *ON_HAND), "ZA" if sound.segments[1].tag == "XQ" else "QTY")
    if found is None:
        return None
    line, at = found
    text = sound.replaced(line.source["qualifier"], "x5" if sound.x12 else "x53")
    return Planted(text, [other for other in sound.lines if sound.place_of(other, "qualifier") == at])


def second_period(r: random.Random, sound: SoundMessage) -> Planted | None:
    """A second period of sales in the header, thirty years before."""
    starts = [i for i in sound.tagged("DTM") if sound.segments[i].value(0) in ("90", "194", "090")]
    first = min(sound.tagged("LIN", "LOC", "NAD", "N1", "PTD", "QTY"), default=0)
    if not starts or starts[0] > first or any(line.measure != "sold" for line in sound.lines):
        return None
    code = sound.segments[starts[0]].value(0)
    dtm = ("DTM", code, "19960101") if sound.x12 else ("DTM", [code, "19960101", "102"])
    lines = [line for line in sound.lines if sound.place_of(line, "period_start") == starts[0]]
    return Planted(_insert(sound, starts[0] + 1, _write(sound, *dtm)), lines) if lines else None  # type: ignore[arg-type]


def price_of_a_carton(r: random.Random, sound: SoundMessage) -> Planted | None:
    """6411 of PRI, 355 of CTP: the price is for a carton, and the quantity is in pieces."""
    lines = [line for line in sound.lines if line.unit in PIECES and line.price_type and len(line.prices) == 1]
    if not lines:
        return None
    at = sound.place_of(r.choice(lines), "price")
    segment = sound.segments[at]
    marks = find_delimiters(sound.text)
    assert marks is not None
    if segment.tag == "PRI" and len(segment.elements) == 1 and len(segment.elements[0]) == 2:
        end, tail = segment.component_span(0, 1)[1], marks.component * 4 + "CT"
    elif segment.tag == "CTP" and len(segment.elements) == 3:
        end, tail = segment.component_span(2, 0)[1], marks.element * 2 + "CT"
    else:
        return None
    changed = [line for line in sound.lines if "price" in line.source and sound.place_of(line, "price") == at]
    return Planted(sound.replaced((end, end), tail), changed, lambda line: line.price_unit == "CT")


def chain_total(r: random.Random, sound: SoundMessage) -> Planted | None:
    """A place before all others (D.96A SLSRPT, LOC) that states of each item what all of them have together."""
    places = sound.tagged("LOC")
    stores = {line.location_id for line in sound.lines}
    if sound.x12 or len(places) < 2 or len(stores) < 2 or sound.is_counted or None in stores:
        return None
    if any(sound.place_of(line, "location_id") not in places for line in sound.lines):
        return None
    own = {(line.item_id, line.item_id_type, line.unit or "", line.qualifier or "") for line in sound.lines}
    dates = {(line.period_start, line.period_end, line.as_of_date) for line in sound.lines}
    items = Counter(line.item_id for line in sound.lines)
    if len(own) < 3 or len(dates) > 1 or any(line.quantity <= 0 or line.measure != "sold" for line in sound.lines):
        return None
    if places[0] > min(sound.tagged("LIN")) or max(items.values()) > len(stores):
        return None
    rows = [_write(sound, "LOC", sound.segments[places[0]].value(0), ["4012345999999", "", "9"])]
    for number, (item, kind, unit, code) in enumerate(sorted(own, key=str), 1):
        total = sum(line.quantity for line in sound.lines if (line.item_id, line.unit or "") == (item, unit))
        rows.append(_write(sound, "LIN", str(number), "", [item or "", kind or ""]))
        rows.append(_write(sound, "QTY", [code, str(total), unit] if unit else [code, str(total)]))
    return Planted(_insert(sound, places[0], *rows), sound.lines)


PLANTS: Mapping[str, Put] = {
    "a stock is damaged": damaged_stock,
    "a stock has a status": stock_with_status,
    "a transfer is a summary": other_transfer,
    "a line is a part of another": sub_line,
    "a sale stands once more in cartons": carton_beside_pieces,
    "an item is all noughts": placeholder,
    "the function has no meaning": other_function,
    "the code of a quantity is in no list": unlisted_code,
    "the header has two periods": second_period,
    "a price is for a carton": price_of_a_carton,
    "a chain's total stands before its stores": chain_total,
}


def is_silent(sound: SoundMessage, planted: Planted, outcome: Outcome) -> bool:
    """Whether a valid message says of the changed lines what it said before, or what nobody stated."""
    if not outcome.is_valid or outcome.document is None:
        return False
    changed: Counter[Essence] = Counter(essence(line) for line in planted.changed)
    kept = Counter(essence(line) for line in sound.lines) - changed
    for line in outcome.document.lines:
        if kept[essence(line)]:
            kept[essence(line)] -= 1
        elif not planted.is_right(line):
            return True
    return False


def plant(r: random.Random, sounds: Iterator[SoundMessage], messages: int) -> dict[str, Counter[str]]:
    """How many plants of each kind were put into so many messages, and how many were silent."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in PLANTS}
    compiler = Compiler(None)
    for sound in track(islice(sounds, messages), "plants", messages, console=Console(stderr=True)):
        found = {name: planted for name, put in PLANTS.items() if (planted := put(r, sound))}
        outcomes = compiler.compile_batch([planted.text for planted in found.values()])
        for (name, planted), outcome in zip(found.items(), outcomes, strict=True):
            counts[name]["planted"] += 1
            counts[name]["silent"] += is_silent(sound, planted, outcome)
    return counts


def main(messages: int = 400, seed: int = 7) -> None:
    """Plant each kind in drawn messages, read them by the rules, and print what went on as if nothing were there."""
    r = random.Random(seed)
    counts = plant(r, (sound for _, _, sound in draw_sound_messages(r)), messages)
    table = Table("plant", "planted", "silent")
    for name, count in counts.items():
        table.add_row(name, f"{count['planted']:,}", f"{count['silent']:,}")
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
