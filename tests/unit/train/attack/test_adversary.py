"""Attacks are counted by what came of them. tests/model/test_adversary.py attacks in earnest."""

import io

from rich.console import Console

from udf.train.attack.adversary import RULES, WRONG_ANSWER, AttackCounts, attack, show


def test_every_attack_is_harmless_caught_or_missed_and_the_table_says_so() -> None:
    counts = attack(messages=2, seed=5, each=1, model=None)
    assert {of_kind.family for of_kind in counts} == {WRONG_ANSWER, RULES}
    for of_kind in counts:
        assert of_kind.attacks == of_kind.harmless + of_kind.caught + of_kind.missed > 0
    told = io.StringIO()
    show(counts, Console(file=told, width=200))
    assert all(of_kind.kind in told.getvalue() for of_kind in counts)


def test_the_catch_rate_leaves_out_what_changed_nothing() -> None:
    assert AttackCounts("kind", RULES, attacks=10, harmless=6, caught=3, missed=1).rate == 0.75
    assert AttackCounts("kind", RULES, attacks=2, harmless=2).rate == 1.0
