"""The gates of shipping: each fails alone, and the smallest format that loses nothing is chosen."""

from dataclasses import replace
from typing import Any

import pytest

from udf.train.exam.messages import HELD_OUT, KNOWN
from udf.train.fit.gates import Packed, check_gates, choose

WHOLE = Packed("F16", 1_850_000, {"F16": 29}, 0.995, 1.0, 9.0, 0, 0)
HALF = replace(WHOLE, quantisation="Q8_0", bytes=990_000)
SMALL = replace(WHOLE, quantisation="Q4_0", bytes=560_000, parity=0.9991)
EXAM: dict[str, Any] = {
    "silent_errors": 0,
    "lines": 20_000,
    "messages_complete_and_exact": 0.996,
    "splits": {
        KNOWN: {"line_groups_exact_first_pass": 0.999},
        HELD_OUT: {"messages_exact": 0.996, "messages_exact_first_pass": 0.98},
    },
    "damaged messages": {"accepted": 0, "messages": 1_000},
    "samples": {"silent_errors": 0, "share": 0.97},
}
WITH_PLANS: dict[str, Any] = {"silent_errors": 0, "damaged messages": {"accepted": 0}, "samples": None}
WORSE = EXAM | {"messages_complete_and_exact": 0.9959}


def with_share(split: str, name: str, share: float) -> dict[str, Any]:
    """The exam with another share in one split."""
    return EXAM | {"splits": EXAM["splits"] | {split: EXAM["splits"][split] | {name: share}}}


def test_the_smallest_format_that_loses_nothing_is_chosen() -> None:
    assert choose([WHOLE, HALF, SMALL]) == SMALL


def test_a_smaller_format_that_loses_chunks_is_not_chosen() -> None:
    assert choose([WHOLE, HALF, replace(SMALL, lost=7, gained=1)]) == HALF


def test_a_format_that_answers_otherwise_than_torch_is_not_chosen_however_right_it_is() -> None:
    assert choose([WHOLE, HALF, replace(SMALL, parity=0.998, lost=0, gained=4)]) == HALF


def test_no_format_is_chosen_where_none_answers_as_torch_does() -> None:
    assert choose([replace(packed, parity=0.99) for packed in (WHOLE, HALF)]) is None


@pytest.mark.parametrize(("lost", "gained"), [(0, 0), (1, 0), (3, 3), (3, 1), (0, 9)])
def test_as_many_chunks_lost_as_chance_takes_are_nothing(lost: int, gained: int) -> None:
    assert replace(SMALL, lost=lost, gained=gained).loses_nothing


@pytest.mark.parametrize(("lost", "gained"), [(2, 0), (4, 1), (7, 1), (30, 20)])
def test_more_chunks_lost_than_chance_takes_are_a_loss(lost: int, gained: int) -> None:
    assert not replace(SMALL, lost=lost, gained=gained).loses_nothing


@pytest.mark.parametrize(
    ("gate", "packed", "parity", "prompts", "exam"),
    [
        ("size", replace(HALF, bytes=4_000_001), 1.0, 2000, EXAM),
        ("packing loses nothing", replace(HALF, lost=5), 1.0, 2000, EXAM),
        ("answers as torch does", HALF, 0.9985, 2000, EXAM),
        ("answers as torch does", HALF, 1.0, 1999, EXAM),
        ("no silent error in the exam", HALF, 1.0, 2000, EXAM | {"silent_errors": 1}),
        ("no silent error in the exam", HALF, 1.0, 2000, EXAM | {"lines": 19_999}),
        ("no silent error in the exam", HALF, 1.0, 2000, EXAM | {"plans": WITH_PLANS | {"silent_errors": 1}}),
        (
            "no damaged message accepted",
            HALF,
            1.0,
            2000,
            EXAM | {"plans": WITH_PLANS | {"damaged messages": {"accepted": 1}}},
        ),
        (
            "no silent error in the exam",
            HALF,
            1.0,
            2000,
            EXAM | {"samples": {"silent_errors": 1, "share": 1.0}},
        ),
        (
            "no damaged message accepted",
            HALF,
            1.0,
            2000,
            EXAM | {"damaged messages": {"accepted": 1, "messages": 1500}},
        ),
        (
            "no damaged message accepted",
            HALF,
            1.0,
            2000,
            EXAM | {"damaged messages": {"accepted": 0, "messages": 999}},
        ),
        ("held-out messages exact", HALF, 1.0, 2000, with_share(HELD_OUT, "messages_exact", 0.9949)),
        (
            "held-out messages exact, first pass",
            HALF,
            1.0,
            2000,
            with_share(HELD_OUT, "messages_exact_first_pass", 0.9799),
        ),
        (
            "known line groups exact, first pass",
            HALF,
            1.0,
            2000,
            with_share(KNOWN, "line_groups_exact_first_pass", 0.9989),
        ),
        (
            "hand-checked records right",
            HALF,
            1.0,
            2000,
            EXAM | {"samples": {"silent_errors": 0, "share": 0.9699}},
        ),
        ("as good as the model before", HALF, 1.0, 2000, WORSE),
    ],
)
def test_each_gate_fails_alone(gate: str, packed: Packed, parity: float, prompts: int, exam: dict[str, Any]) -> None:
    assert all(gate.holds for gate in check_gates(HALF, 2000, 0.999, 2000, EXAM, EXAM))
    failed = [found.name for found in check_gates(packed, 2000, parity, prompts, exam, EXAM) if not found.holds]
    assert failed == [gate]


def test_a_first_model_has_none_before_it_to_be_compared_with() -> None:
    assert all(gate.holds for gate in check_gates(HALF, 2000, 1.0, 2000, WORSE, None))
