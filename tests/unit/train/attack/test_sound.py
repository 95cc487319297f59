"""Sound messages, and what is said of an outcome beside them."""

import random
from collections import Counter
from itertools import islice

import pytest

from udf.train.attack.sound import SoundMessage, classify, draw_sound_messages, state_totals
from udf.train.corpus.drafts import Draft


@pytest.fixture(scope="module")
def sounds() -> list[SoundMessage]:
    return [sound for _, _, sound in islice(draw_sound_messages(random.Random(7)), 12)]


def test_an_outcome_is_harmless_beside_itself(sounds: list[SoundMessage]) -> None:
    assert {classify(sound, sound.outcome) for sound in sounds} == {"harmless"}


def test_a_refused_message_is_caught(sounds: list[SoundMessage]) -> None:
    refused = sounds[0].outcome.model_copy(update={"document": None})
    assert classify(sounds[0], refused) == "caught"


def test_lines_that_the_message_does_not_state_are_missed(sounds: list[SoundMessage]) -> None:
    sound = sounds[0]
    other = SoundMessage(sound.text, sound.outcome, Counter(), sound.header, sound.is_counted)
    assert classify(other, sound.outcome) == "missed"


def test_another_header_is_missed(sounds: list[SoundMessage]) -> None:
    sound = sounds[0]
    other = SoundMessage(sound.text, sound.outcome, sound.stated, ("another",), sound.is_counted)
    assert classify(other, sound.outcome) == "missed"


def test_the_rows_of_a_text_are_the_text(sounds: list[SoundMessage]) -> None:
    for sound in sounds:
        assert "".join(sound.rows) == sound.text
        assert sound.rebuilt(range(len(sound.rows)), recount=True) == sound.text


def test_totals_repeat_lines_and_quantities() -> None:
    draft = Draft("852")
    draft.add("LIN", "1", "UP", "1")
    za = draft.add("ZA", "QS", "5")
    draft.add_line([{"quantity": (za, 1, 0)}])
    draft.add("SE", "4", "0001")
    state_totals(draft)
    assert [(s.tag, s.elements) for s in draft.segments[-2:]] == [("CTT", [["1"], ["5"]]), ("SE", [["4"], ["0001"]])]
