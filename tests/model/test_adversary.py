"""The gatekeeper under attack: lies about sound messages and damaged texts, read by the clerk and by the shipped model.

A small run of ``python -m udf.train.attack.adversary``; tests/unit/gatekeeper/test_proof.py lists where each single
check is proved.
"""

import random
from itertools import islice

import pytest

from udf.train.attack.adversary import Tally, attack, draw_sounds, judge, tell_lies
from udf.train.attack.kinds import KINDS

pytestmark = pytest.mark.slow

# What no reader of one message can notice: each kind has its reason, and is named in the docstring of the gatekeeper.
BEYOND_PROOF = {
    "a digit of a quantity",
    "a digit of a price",
    "a character of an item",
    "a character of a place",
    "a digit of a date",
    "a character of a code",
    "a letter of a tag, which is then another",
    "a line is lost, UNT put right",
    "a line is doubled, UNT put right",
    "LIN is lost, UNT put right",
    "a quantity is lost, UNT put right",
    "a split is lost, UNT put right",
    "a place is lost, UNT put right",
    "a date is lost, UNT put right",
    "a price is lost, UNT put right",
    "the currency is lost, UNT put right",
    "PIA is lost, UNT put right",
    "LIN, noughts, an only line's price or parts without a total and their neighbour",
    "two segments of one tag are exchanged",
    "an element separator of BGM is lost",
    "a component separator is lost, item or place",
    "a component separator is doubled, item or place",
    "quantity and qualifier are exchanged, short",
    "place and quantity are exchanged",
}


@pytest.fixture(scope="module")
def tallies() -> list[Tally]:
    return attack(messages=45, seed=20_261, each=1)


def missed(tallies: list[Tally]) -> dict[str, list[dict[str, object]]]:
    return {f"{tally.family}: {tally.kind}": tally.examples for tally in tallies if tally.missed}


def test_no_lie_about_a_sound_message_is_believed(tallies: list[Tally]) -> None:
    lies = [tally for tally in tallies if tally.family == "lie"]
    assert sum(tally.attacks for tally in lies) > 1_000
    assert missed(lies) == {}


@pytest.mark.parametrize("reader", ["clerk", "model"])
def test_no_damage_that_can_be_noticed_is_accepted(tallies: list[Tally], reader: str) -> None:
    damages = [tally for tally in tallies if tally.family == reader and not tally.unprovable]
    assert sum(tally.attacks for tally in damages) > 1_000
    assert missed(damages) == {}


def test_what_cannot_be_noticed_is_a_closed_list_with_reasons() -> None:
    assert {kind.name for kind in KINDS if kind.unprovable} == BEYOND_PROOF
    assert len({kind.name for kind in KINDS}) == len(KINDS)


def test_a_gatekeeper_that_looks_away_from_prices_believes_lies_about_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("udf.gatekeeper.lines._judge_prices", lambda *_: [])
    r = random.Random(7)
    tallies: dict[tuple[str, str], Tally] = {}
    for draft, oracle, sound in islice(draw_sounds(r), 8):
        tell_lies(r, draft, oracle, sound, tallies, each=1)
    assert tallies["lie", "price is left out"].missed
    assert not tallies["lie", "item points elsewhere"].missed


def test_an_outcome_is_harmless_beside_itself() -> None:
    _, _, sound = next(draw_sounds(random.Random(7)))
    assert judge(sound, sound.outcome) == "harmless"
