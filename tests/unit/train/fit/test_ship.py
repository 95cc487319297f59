"""What may become the shipped model, and what is kept from it."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.unit.train.fit.test_gates import EXAM, HALF, WHOLE
from udf.train.fit.ship import ship
from udf.version import MODEL


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


def test_a_model_that_reads_more_than_the_one_before_may_miss_a_share_and_says_so(run: Path, tmp_path: Path) -> None:
    splits = {name: facts | {"messages_exact": 0.99} for name, facts in EXAM["splits"].items()}
    earlier = {name: facts | {"messages_exact": 0.9} for name, facts in EXAM["splits"].items()}
    proof = json.loads((run / "proof.json").read_text())
    amend(run / "proof.json", exam=proof["exam"] | {"splits": splits}, exam_before=EXAM | {"splits": earlier})
    with pytest.raises(typer.Exit):
        ship(run, tmp_path / "model")
    ship(run, tmp_path / "model", improving=True)
    card = json.loads((tmp_path / "model" / "card.json").read_text())
    assert card["missed"] == {"held-out messages exact": "99.00% of 99.5% asked"}


@pytest.mark.parametrize("fault", ["silent_errors", "exam_before"])
def test_no_silent_error_and_nothing_that_was_read_before_is_given_up_for_more(
    run: Path, tmp_path: Path, fault: str
) -> None:
    splits = {name: facts | {"messages_exact": 0.99} for name, facts in EXAM["splits"].items()}
    worse = EXAM | {"splits": splits, "silent_errors": int(fault == "silent_errors")}
    earlier = EXAM | {"splits": splits} if fault == "exam_before" else EXAM
    amend(run / "proof.json", exam=worse, exam_before=earlier)
    with pytest.raises(typer.Exit):
        ship(run, tmp_path / "model", improving=True)
