"""Plants: what a sound message is made to say beside what it said is read as that, or refused."""

import os
import random
from collections import Counter
from collections.abc import Iterator

import pytest

from udf.train.attack.plants import PLANTS, Planted, is_silent, plant
from udf.train.attack.sound import SoundMessage, draw_sound_messages


def sounds(r: random.Random) -> Iterator[SoundMessage]:
    return (sound for _, _, sound in draw_sound_messages(r))


def silent(counts: dict[str, Counter[str]]) -> dict[str, int]:
    return {name: count["silent"] for name, count in counts.items() if count["silent"]}


@pytest.mark.long
def test_no_plant_goes_on_as_if_it_were_not_there() -> None:
    messages = int(os.environ.get("TILLROLL_PLANTS", "40"))
    r = random.Random(20_261)
    counts = plant(r, sounds(r), messages)
    assert silent(counts) == {}
    assert sum(count["planted"] for count in counts.values()) > 2 * messages


@pytest.mark.parametrize("name", [name for name in PLANTS if "carton" not in name and "chain" not in name])
def test_a_reader_that_overlooks_a_plant_is_silent(name: str) -> None:
    """The outcome of the sound message is what such a reader would say of the other one."""
    r = random.Random(f"overlooked: {name}")
    for sound in sounds(r):
        planted = PLANTS[name](r, sound)
        if planted is not None:
            assert planted.text != sound.text
            assert is_silent(sound, planted, sound.outcome)
            return


def test_lines_that_nobody_changed_are_not_silent() -> None:
    r = random.Random(3)
    sound = next(sounds(r))
    assert not is_silent(sound, Planted(sound.text, []), sound.outcome)
    assert not is_silent(sound, Planted(sound.text, sound.lines), sound.outcome.model_copy(update={"is_valid": False}))
