"""The exam's messages: the same at every exam, and sound or damaged as their split says."""

from itertools import islice

import pytest

from udf.train.attack.kinds import KINDS
from udf.train.corpus.truth import HEADER
from udf.train.exam.messages import KNOWN, QUIRKS, draw_damaged, draw_messages


def test_messages_of_a_split_are_the_same_at_every_exam() -> None:
    first, second = ([message.data for message in islice(draw_messages(QUIRKS, 9), 5)] for _ in range(2))
    assert first == second


@pytest.mark.parametrize("name", HEADER)
def test_what_is_compared_of_a_header_is_in_some_messages(name: str) -> None:
    at = HEADER.index(name)
    assert any(message.header[at] is not None for message in islice(draw_messages(KNOWN, 4), 60))


def test_a_damaged_message_differs_from_its_sound_one_in_a_way_that_a_reader_can_notice() -> None:
    can_be_noticed = {kind.name for kind in KINDS if not kind.unprovable}
    for kind, sound, text in islice(draw_damaged(4), 20):
        assert kind in can_be_noticed
        assert text != sound.text
        assert sound.outcome.is_complete
