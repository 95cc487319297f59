"""Damage to whole segments of a sound message: lost, doubled, exchanged or moved."""

import random

from udf.train.attack.sound import PRICES, SPLITS, Alter, SoundMessage


def lose(*tags: str, recount: bool, counted: bool | None = None, summed: bool = False) -> Alter:
    """A segment is lost: any, or one of these tags; `summed` takes those whose quantities a sum would miss."""

    def alter(r: random.Random, sound: SoundMessage) -> str | None:
        found = sound.tagged(*tags) if tags else list(range(len(sound.rows)))
        if summed:
            found = [i for i in found if sum(sound.quantities_in(i))]
        if not found or (counted is not None and sound.is_counted != counted):
            return None
        lost = r.choice(found)
        return sound.rebuilt([i for i in range(len(sound.rows)) if i != lost], recount)

    return alter


def double(*tags: str, recount: bool) -> Alter:
    """A segment is sent twice: any, or one of these tags."""

    def alter(r: random.Random, sound: SoundMessage) -> str | None:
        found = sound.tagged(*tags) if tags else list(sound.body)
        if not found:
            return None
        twice = r.choice(found)
        return sound.rebuilt(sorted([*range(len(sound.rows)), twice]), recount)

    return alter


def lose_line(recount: bool, counted: bool | None = None) -> Alter:
    def alter(r: random.Random, sound: SoundMessage) -> str | None:
        spans = [span for span in sound.line_rows() if span]
        if len(spans) < 2 or (counted is not None and sound.is_counted != counted):
            return None
        lost = r.choice(spans)
        return sound.rebuilt([i for i in range(len(sound.rows)) if i not in lost], recount)

    return alter


def double_line(recount: bool, counted: bool | None = None) -> Alter:
    def alter(r: random.Random, sound: SoundMessage) -> str | None:
        spans = [span for span in sound.line_rows() if span]
        if not spans or (counted is not None and sound.is_counted != counted):
            return None
        twice = r.choice(spans)
        rows = list(range(len(sound.rows)))
        return sound.rebuilt([*rows[: twice.stop], *twice, *rows[twice.stop :]], recount)

    return alter


def exchange_neighbours(loose: bool) -> Alter:
    """Two segments of different tags that follow each other change places.

    `loose` where one is LIN, holds only noughts, is an SDQ of several under an activity without a total, or is a price
    of an only line: no other tells whether it is for all of its quantities or for the one before it.
    """

    def alter(r: random.Random, sound: SoundMessage) -> str | None:
        tags = [segment.tag for segment in sound.segments]
        free = {i for i in sound.body if tags[i] == "LIN" or (tags[i] in SPLITS and not sum(sound.quantities_in(i)))}
        free |= {i for i in sound.tagged("SDQ") if "SDQ" in (tags[i - 1], tags[i + 1]) and not _has_total(sound, i)}
        if len(sound.tagged("LIN")) == 1:
            free |= set(sound.tagged(*PRICES))
        pairs = [
            i for i in sound.body[:-1] if tags[i] != tags[i + 1] and bool({i, i + 1} & free) == loose
        ]  # fmt: skip
        if not pairs:
            return None
        at = r.choice(pairs)
        rows = list(range(len(sound.rows)))
        rows[at], rows[at + 1] = at + 1, at
        return sound.rebuilt(rows, False)

    return alter


def _has_total(sound: SoundMessage, split: int) -> bool:
    """Whether the activity of a split states a quantity of its own."""
    activity = max(i for i in sound.tagged("ZA", "QTY") if i < split)
    return bool(sound.segments[activity].value(1))


def move_in_line(r: random.Random, sound: SoundMessage) -> str | None:
    """A segment stands elsewhere in its line; parts of a split, and an 867's QTY before LIN, are as good elsewhere."""
    tags = [segment.tag for segment in sound.segments]
    spans = [span for span in sound.line_rows() if len(span) > 3 and not set(SPLITS) & {tags[i] for i in span}]
    if "BPT" in tags or tags.count("LIN") < 2:  # where a price between two quantities belongs, other lines tell alone
        return None
    if not spans:
        return None
    span = r.choice(spans)
    moved, before = r.sample(span[1:], 2)
    rows = [i for i in range(len(sound.rows)) if i != moved]
    rows.insert(rows.index(before), moved)
    return sound.rebuilt(rows, False)


def exchange_alike(r: random.Random, sound: SoundMessage) -> str | None:
    """Two segments of one tag change places: two items, quantities, places, dates."""
    one = r.choice(list(sound.body))
    others = [i for i in sound.tagged(sound.segments[one].tag) if sound.segments[i].raw != sound.segments[one].raw]
    if not others:
        return None
    other = r.choice(others)
    rows = list(range(len(sound.rows)))
    rows[one], rows[other] = other, one
    return sound.rebuilt(rows, False)
