"""Damage to the characters of a sound message: values, tags, separators, terminators, codes and counts."""

import random

from udf.edi.delimiters import find_delimiters
from udf.standards.edifact import EDIFACT
from udf.standards.x12 import X12
from udf.train.attack.sound import TOTALS, Alter, SoundMessage

DIGITS, LETTERS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _change(r: random.Random, sound: SoundMessage, span: tuple[int, int], was: str, becomes: str) -> str | None:
    """One character of the span that is among `was`, replaced by another of `becomes`."""
    places = [i for i in range(*span) if sound.text[i] in was]
    if not places:
        return None
    at = r.choice(places)
    other = r.choice([c for c in becomes if c != sound.text[at]])
    return sound.replaced((at, at + 1), other)


def character(fields: tuple[str, ...], was: str, becomes: str, counted: bool | None = None) -> Alter:
    """One character changed in a field of a line."""

    def alter(r: random.Random, sound: SoundMessage) -> str | None:
        if counted is not None and sound.is_counted != counted:
            return None
        spans = [line.source[name] for line in sound.lines for name in fields if name in line.source]
        return _change(r, sound, r.choice(spans), was, becomes) if spans else None

    return alter


def letter_of_tag(becomes_tag: bool) -> Alter:
    """One letter of a tag, which then is no tag or another one of the standard."""

    def alter(r: random.Random, sound: SoundMessage) -> str | None:
        segment = sound.segments[r.choice(list(sound.body))]
        tag, known = segment.tag, (X12 if sound.x12 else EDIFACT).tags
        at, by = r.randrange(len(tag)), r.choice(LETTERS)
        other = tag[:at] + by + tag[at + 1 :]
        if other == tag or (other in known) != becomes_tag or sound.text[segment.start :][: len(tag)] != tag:
            return None
        return sound.replaced((segment.start + at, segment.start + at + 1), by)

    return alter


def separator(component: bool, added: bool, among: tuple[str, ...] = (), but: tuple[str, ...] = ()) -> Alter:
    """A separator of elements or components is lost, or comes twice; among some tags only, or all but some."""

    def alter(r: random.Random, sound: SoundMessage) -> str | None:
        delimiters = find_delimiters(sound.text)
        if delimiters is None:
            return None
        wanted = delimiters.component if component else delimiters.element
        segment = sound.segments[r.choice(list(sound.body))]
        if segment.tag in but or (among and segment.tag not in among):
            return None
        places = [
            segment.component_span(e, c)[0] - 1
            for e, element in enumerate(segment.elements)
            for c in range(len(element))
            if bool(c) == component
        ]
        places = [at for at in places if sound.text[at] == wanted]
        if not places:
            return None
        at = r.choice(places)
        return sound.replaced((at, at if added else at + 1), wanted if added else "")

    return alter


def lose_terminator(r: random.Random, sound: SoundMessage) -> str | None:
    """The character behind a segment is lost."""
    end = sound.segments[r.choice(list(sound.body))].end
    return sound.replaced((end, end + 1), "")


def truncate(r: random.Random, sound: SoundMessage) -> str | None:
    """The text ends too early, at the latest within the trailer's reference."""
    return sound.text[: r.randrange(sound.segments[0].start + 4, sound.segments[sound.trailer].end)]


# (segment of EDIFACT or X12) → slots of the qualifier and its value
_PAIRED: dict[tuple[bool, str], tuple[tuple[int, int], tuple[int, int]]] = {
    (False, "QTY"): ((0, 0), (0, 1)), (False, "LIN"): ((2, 1), (2, 0)), (False, "PIA"): ((1, 1), (1, 0)),
    (False, "LOC"): ((0, 0), (1, 0)), (False, "NAD"): ((0, 0), (1, 0)), (False, "DTM"): ((0, 0), (0, 1)),
    (False, "PRI"): ((0, 0), (0, 1)), (True, "QTY"): ((0, 0), (1, 0)), (True, "ZA"): ((0, 0), (1, 0)),
    (True, "LIN"): ((1, 0), (2, 0)), (True, "N1"): ((2, 0), (3, 0)), (True, "CTP"): ((1, 0), (2, 0)),
    (True, "DTM"): ((0, 0), (1, 0)), (True, "SDQ"): ((2, 0), (3, 0)), (True, "SCH"): ((0, 0), (1, 0)),
}  # fmt: skip


def exchange_pair(*tags: str, short: bool | None = None, digits: bool | None = None) -> Alter:
    """Qualifier and value change places; `short` chooses values that could be a code (up to three characters) or not.

    A value of up to three characters makes as good a qualifier as any other, and a qualifier of `digits` as good a
    quantity.
    """

    def alter(r: random.Random, sound: SoundMessage) -> str | None:
        found = []
        for i in sound.tagged(*tags):
            segment = sound.segments[i]
            code, value = _PAIRED[sound.x12, segment.tag]
            one, other = segment.value(*code), segment.value(*value)
            if digits is not None and digits != one.isdecimal():
                continue
            if one and other and one != other and (short is None or short == (len(other) <= 3)):
                found.append((segment.component_span(*code), segment.component_span(*value)))
        if not found:
            return None
        first, second = sorted(r.choice(found))
        text = sound.text
        swapped = text[slice(*second)] + text[first[1] : second[0]] + text[slice(*first)]
        return text[: first[0]] + swapped + text[second[1] :]

    return alter


def miscount(element: int, *tags: str) -> Alter:
    """A count, sum or reference of the trailer, or of CNT or CTT, is another."""

    def alter(r: random.Random, sound: SoundMessage) -> str | None:
        found = [i for i in (*sound.tagged(*TOTALS), sound.trailer) if sound.segments[i].tag in tags]
        if not found:
            return None
        segment = sound.segments[r.choice(found)]
        slot = (0, 1) if segment.tag == "CNT" else (element, 0)
        if not segment.value(*slot):
            return None
        return _change(r, sound, segment.component_span(*slot), DIGITS, DIGITS)

    return alter
