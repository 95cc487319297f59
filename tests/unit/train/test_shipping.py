"""What may become the shipped model, and what is kept from it."""

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import typer

from udf.compiler import MODEL
from udf.train.exam.messages import HELD_OUT, KNOWN
from udf.train.fit.gates import Packed, check_gates, choose
from udf.train.fit.ship import ship

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


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run that was swept and proved, as far as shipping looks at it."""
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "Q8_0.gguf").write_bytes(b"weights")
    facts = {"parameters": 7, "shape": {"hidden": 128}, "log": [{"step": 200}], "seed": 3}
    proof = {
        "quantisation": "Q8_0",
        "sha256": hashlib.sha256(b"weights").hexdigest(),
        "parity": {"share": 1.0, "prompts": 2000, "seed": 1},
        "exam": EXAM,
        "exam_before": EXAM,
    }
    sweep = {"chunks": 2000, "chosen": "Q8_0", "formats": [asdict(WHOLE), asdict(HALF) | {"loses_nothing": True}]}
    for name, content in {"run": facts, "proof": proof, "sweep": sweep}.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder


def amend(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_proved_run_ships_with_a_card_that_describes_its_file(run: Path, tmp_path: Path) -> None:
    ship(run, tmp_path / "model")
    shipped = tmp_path / "model" / MODEL.name
    card = json.loads(shipped.with_name("card.json").read_text())
    assert card["sha256"] == hashlib.sha256(shipped.read_bytes()).hexdigest()
    assert (card["exam"], card["parity"]["share"], card["curve"]) == (EXAM, 1.0, [{"step": 200}])


def test_a_run_that_differs_from_torch_is_refused_by_name(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    amend(run / "proof.json", parity={"share": 0.998, "prompts": 2000, "seed": 1})
    with pytest.raises(typer.Exit):
        ship(run, tmp_path / "model")
    assert "Not shipped: answers as torch does." in capsys.readouterr().out
    assert not (tmp_path / "model").exists()


def test_a_look_at_the_gates_writes_no_model(run: Path, tmp_path: Path) -> None:
    ship(run, tmp_path / "model", look=True)
    assert not (tmp_path / "model").exists()
    assert all(gate["holds"] for gate in json.loads((run / "gates.json").read_text()))


def test_weights_that_changed_after_their_proof_do_not_ship(run: Path, tmp_path: Path) -> None:
    (run / "Q8_0.gguf").write_bytes(b"other weights")
    with pytest.raises(typer.BadParameter, match="prove the run again"):
        ship(run, tmp_path / "model")


def test_what_fails_a_gate_goes_elsewhere_at_most(run: Path, tmp_path: Path) -> None:
    amend(run / "proof.json", exam=EXAM | {"silent_errors": 2})
    before = MODEL.read_bytes()
    with pytest.raises(typer.BadParameter, match="does not go into udf/model"):
        ship(run, regardless=True)
    ship(run, tmp_path / "model", regardless=True)
    assert (tmp_path / "model" / MODEL.name).read_bytes() == b"weights"
    assert MODEL.read_bytes() == before
