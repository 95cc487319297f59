"""Segments whose loss something else in the message tells of, or does not: splits, places and prices."""

import random
from collections.abc import Callable

from udf.train.attack.sound import PLACES, PRICES, SPLITS, Alter, SoundMessage


def _lose_one(told: bool, found: Callable[[SoundMessage], dict[int, bool]]) -> Alter:
    """One of some segments is lost and the trailer put right: one whose loss something else tells of, or does not."""

    def alter(r: random.Random, sound: SoundMessage) -> str | None:
        losable = [i for i, is_told in found(sound).items() if is_told == told]
        if not losable:
            return None
        lost = r.choice(losable)
        return sound.rebuilt([i for i in range(len(sound.rows)) if i != lost], True)

    return alter


def lose_split(told: bool) -> Alter:
    """SDQ, SCH or REF with parts; told by a total, by an activity left empty, or by another split of the same code."""

    def find(sound: SoundMessage) -> dict[int, bool]:
        found = {}
        for i in sound.tagged(*SPLITS):
            parts = sound.standing_in(i, "quantity")
            if not parts:
                found[i] = False
                continue
            activity = sound.place_of(parts[0], "qualifier")
            code = sound.segments[activity].value(0)
            others = [line for line in sound.lines if line.qualifier == code and line not in parts]
            is_only = not any(sound.place_of(line, "qualifier") == activity for line in others)
            if not is_only:
                found[i] = bool(sound.segments[activity].value(1)) and bool(sum(line.quantity for line in parts))
            else:
                own = [line for line in others if sound.place_of(line, "quantity") != sound.place_of(line, "qualifier")]
                found[i] = not sound.segments[activity].value(1) or (
                    all(line.location_id and "location_id" in line.source for line in parts)
                    and any(line.location_id for line in own)
                    and not _placed_above(sound)
                )
        return found

    return _lose_one(told, find)


def _placed_above(sound: SoundMessage) -> bool:
    """Whether a place stands before the first line, so that a line without its own has that one."""
    first = min(sound.tagged("LIN", "QTY", "ZA"))
    places = {sound.place_of(line, "location_id") for line in sound.lines if "location_id" in line.source}
    return any(i < first for i in places) or any(i < first for i in sound.tagged(*PLACES))


def lose_place(told: bool) -> Alter:
    """LOC, NAD or N1; told where the line names no other, and another line of the same code names its own."""

    def find(sound: SoundMessage) -> dict[int, bool]:
        places = {i: sound.standing_in(i, "location_id") for i in sound.tagged(*PLACES)}
        lins = sound.tagged("LIN")
        is_told = "BPT" not in {segment.tag for segment in sound.segments} and not _placed_above(sound)
        found = {}
        for i, lines in places.items():
            before = [lin for lin in lins if lin < i]
            behind = [lin for lin in lins if lin > i]
            span = range(before[-1] if before else 0, behind[0] if behind else sound.trailer)
            alone = bool(before) and sum(bool(placed) for k, placed in places.items() if k in span) == 1
            codes = {line.qualifier for line in lines}
            others = {line.qualifier for k, placed in places.items() if k != i for line in placed}
            within = all(sound.place_of(line, "quantity") in span for line in lines)
            found[i] = is_told and alone and bool(lines) and within and bool(codes & others)
        return found

    return _lose_one(told, find)


def lose_price(told: bool) -> Alter:
    """PRI, CTP or UIT; told where the line keeps another price and another line has one for the same code."""

    def find(sound: SoundMessage) -> dict[int, bool]:
        prices = {i: sound.standing_in(i, "price") for i in sound.tagged(*PRICES)}
        found = {}
        for i, lines in prices.items():
            spans = [span for span in sound.line_rows() if i in span]
            kept = {line.qualifier for k, own in prices.items() if k != i and spans and k in spans[0] for line in own}
            elsewhere = {line.qualifier for k, own in prices.items() if spans and k not in spans[0] for line in own}
            codes = {line.qualifier for line in lines}
            found[i] = len(codes) == 1 and codes <= elsewhere and bool(kept - codes) and kept | codes <= elsewhere
        return found

    return _lose_one(told, find)
