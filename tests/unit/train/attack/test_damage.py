"""Damage does to a text what its name says, and nothing else."""

import random
from difflib import SequenceMatcher
from itertools import islice

import pytest

from udf.edi.delimiters import find_delimiters
from udf.edi.reader import read_segments
from udf.train.attack.damage_segments import double, exchange_alike, lose, lose_line
from udf.train.attack.damage_text import DIGITS, LETTERS, character, lose_terminator, miscount, truncate
from udf.train.attack.kinds import KINDS
from udf.train.attack.losses import lose_place, lose_price
from udf.train.attack.sound import TRAILERS, SoundMessage, draw_sound_messages


@pytest.fixture(scope="module")
def sounds() -> list[SoundMessage]:
    return [sound for _, _, sound in islice(draw_sound_messages(random.Random(11)), 40)]


def damaged(sounds: list[SoundMessage], alter: object) -> list[tuple[SoundMessage, str]]:
    """Each sound message that has something to damage, with its damaged text."""
    r = random.Random(1)
    texts = [(sound, alter(r, sound)) for sound in sounds]  # type: ignore[operator]
    found = [(sound, text) for sound, text in texts if text is not None]
    assert found
    return found


def stated_count(text: str) -> tuple[str, int]:
    """What the trailer says, and how many segments there are."""
    segments = read_segments(text, find_delimiters(text))
    (trailer,) = [segment for segment in segments if segment.tag in TRAILERS]
    return trailer.value(0), len(segments)


def test_one_digit_of_a_quantity_becomes_a_letter(sounds: list[SoundMessage]) -> None:
    for sound, text in damaged(sounds, character(("quantity",), DIGITS, LETTERS)):
        changes = [(a, b) for a, b in zip(sound.text, text, strict=True) if a != b]
        ((was, becomes),) = changes
        assert was in DIGITS
        assert becomes in LETTERS


def test_a_lost_segment_is_one_less_and_the_trailer_says_so_where_it_is_put_right(sounds: list[SoundMessage]) -> None:
    for sound, text in damaged(sounds, lose("QTY", "ZA", recount=True)):
        stated, found = stated_count(text)
        assert (int(stated), found) == (found, len(sound.segments) - 1)


def test_a_doubled_segment_is_one_more_than_the_trailer_says(sounds: list[SoundMessage]) -> None:
    for sound, text in damaged(sounds, double("LIN", recount=False)):
        stated, found = stated_count(text)
        assert int(stated) + 1 == found == len(sound.segments) + 1


def test_a_lost_line_takes_its_segments_along(sounds: list[SoundMessage]) -> None:
    for sound, text in damaged(sounds, lose_line(recount=True)):
        segments = read_segments(text, find_delimiters(text))
        assert sum(s.tag == "LIN" for s in segments) == sum(s.tag == "LIN" for s in sound.segments) - 1


def test_exchanged_segments_are_those_of_before_in_another_order(sounds: list[SoundMessage]) -> None:
    for sound, text in damaged(sounds, exchange_alike):
        assert sorted(text) == sorted(sound.text)


def test_a_lost_terminator_is_one_character(sounds: list[SoundMessage]) -> None:
    for sound, text in damaged(sounds, lose_terminator):
        assert len(text) == len(sound.text) - 1


def test_a_truncated_text_begins_as_before(sounds: list[SoundMessage]) -> None:
    for sound, text in damaged(sounds, truncate):
        assert sound.text.startswith(text)


def test_a_miscounted_trailer_differs_in_one_digit(sounds: list[SoundMessage]) -> None:
    for sound, text in damaged(sounds, miscount(0, *TRAILERS)):
        assert stated_count(text)[0] != stated_count(sound.text)[0]
        assert SequenceMatcher(None, sound.text, text, autojunk=False).ratio() > 0.98


@pytest.mark.parametrize("losing", [lose_place, lose_price])
def test_a_loss_that_something_tells_of_is_no_loss_that_nothing_tells_of(
    sounds: list[SoundMessage], losing: object
) -> None:
    for sound, text in damaged(sounds, losing(told=False)):  # type: ignore[operator]
        stated, found = stated_count(text)
        assert int(stated) == found == len(sound.segments) - 1


def test_every_kind_has_a_name_of_its_own_and_finds_something_to_damage(sounds: list[SoundMessage]) -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    r = random.Random(2)
    idle = [kind.name for kind in KINDS if not any(kind.alter(r, s) for s in sounds for _ in range(2))]
    assert len(idle) <= 3, idle
