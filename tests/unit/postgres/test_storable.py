"""Every text and every JSON becomes what PostgreSQL can hold, character for character."""

import json

from hypothesis import given
from hypothesis import strategies as st

from udf.postgres.storable import storable_json, storable_text


def test_nul_and_lone_surrogates_become_the_replacement_character_in_their_place() -> None:
    assert storable_text("a\x00b\ud800c") == "a\ufffdb\ufffdc"
    assert storable_json('{"a":"\\u0000\\ud800\\\\u0000"}') == '{"a":"\ufffd\ufffd\\\\u0000"}'


def test_a_pair_of_surrogates_is_a_character() -> None:
    assert storable_json('"\\ud83d\\ude00"') == '"\\ud83d\\ude00"'


@given(st.text(st.characters(codec=None)))
def test_a_text_keeps_its_length_and_can_be_encoded(text: str) -> None:
    kept = storable_text(text)
    assert len(kept) == len(text)
    assert "\x00" not in kept
    kept.encode()


@given(st.text(st.characters(codec=None)))
def test_what_json_says_is_what_the_text_says(text: str) -> None:
    for escaped in (True, False):
        kept = storable_json(json.dumps(text, ensure_ascii=escaped))
        if not any(0xD800 <= ord(character) < 0xE000 for character in text):
            assert json.loads(kept) == storable_text(text)
        kept.encode()
