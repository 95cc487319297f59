"""The gatekeeper under attack: wrong answers about sound messages, and damaged texts read by rules and model.

A small run of ``python -m udf.train.attack.adversary``; tests/unit/gatekeeper/test_proof.py lists where each single
check is proved.
"""

import random
from itertools import islice

import pytest

from udf.train.attack.adversary import RULES, WRONG_ANSWER, Attack, AttackCounts, attack
from udf.train.attack.kinds import KINDS
from udf.train.attack.sound import classify, draw_sound_messages

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
def counts() -> list[AttackCounts]:
    return attack(messages=45, seed=20_261, each=1)


def missed(counts: list[AttackCounts]) -> dict[str, list[dict[str, object]]]:
    return {f"{of_kind.family}: {of_kind.kind}": of_kind.examples for of_kind in counts if of_kind.missed}


def test_no_wrong_answer_about_a_sound_message_is_believed(counts: list[AttackCounts]) -> None:
    wrong = [of_kind for of_kind in counts if of_kind.family == WRONG_ANSWER]
    assert sum(of_kind.attacks for of_kind in wrong) > 1_000
    assert missed(wrong) == {}


@pytest.mark.parametrize("reader", [RULES, "model"])
def test_no_damage_that_can_be_noticed_is_accepted(counts: list[AttackCounts], reader: str) -> None:
    damages = [of_kind for of_kind in counts if of_kind.family == reader and not of_kind.unprovable]
    assert sum(of_kind.attacks for of_kind in damages) > 1_000
    assert missed(damages) == {}


def test_what_cannot_be_noticed_is_a_closed_list_with_reasons() -> None:
    assert {kind.name for kind in KINDS if kind.unprovable} == BEYOND_PROOF
    assert len({kind.name for kind in KINDS}) == len(KINDS)


def test_a_gatekeeper_that_looks_away_from_prices_believes_wrong_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("udf.gatekeeper.lines._judge_prices", lambda *_: [])
    run = Attack(random.Random(7), each=1)
    for draft, oracle, sound in islice(draw_sound_messages(run.r), 8):
        run.answer_wrongly(draft, oracle, sound)
    assert run.counts[WRONG_ANSWER, "price is left out"].missed
    assert not run.counts[WRONG_ANSWER, "item points elsewhere"].missed


def test_an_outcome_is_harmless_beside_itself() -> None:
    _, _, sound = next(draw_sound_messages(random.Random(7)))
    assert classify(sound, sound.outcome) == "harmless"
