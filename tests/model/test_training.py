"""Training survives what happens to it, and llama.cpp is held to torch. Needs `make train-setup`."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is missing: make train-setup")


from udf.engines.embeddings import Embeddings  # noqa: E402
from udf.engines.engine import Answer  # noqa: E402
from udf.engines.llama import LlamaEngine  # noqa: E402
from udf.language.vocabulary import PAD, POINTERS, SPREAD  # noqa: E402, SPREAD
from udf.train.fit.export import export  # noqa: E402
from udf.train.fit.parity import Example, agree, draw_distinct, load_network  # noqa: E402
from udf.train.fit.picture import draw_curves  # noqa: E402
from udf.train.fit.quantise import Quantisation, quantise  # noqa: E402

pytestmark = pytest.mark.slow
PATIENCE_SECONDS = 900
SMALL = "--hidden 32 --layers 2 --heads 2 --threads 1 --checkpoint-seconds 1 --report-steps 5"


@contextmanager
def start(clone: Path, run: Path, minutes: float, ignoring: str = "") -> Iterator[subprocess.Popen[str]]:
    """A run that is killed in the end, whatever it does; `ignoring` names signals that its starter ignores."""
    command = [sys.executable, "-m", "udf.train.fit.fit", str(run), "--minutes", str(minutes), *SMALL.split()]
    if ignoring:
        command = ["sh", "-c", f'trap "" {ignoring}; exec "$@"', "sh", *command]
    process = subprocess.Popen(command, cwd=clone, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE_SECONDS)


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code and output."""
    with process:
        try:
            told, _ = process.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            pytest.fail(f"it never ended: {process.communicate()[0]}")
    return process.returncode, told


def wait_until(condition: Callable[[], bool], what: str, process: subprocess.Popen[str] | None = None) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert process is None or process.poll() is None, process.communicate()[0]
        if time.monotonic() > deadline:
            if process is not None:
                process.kill()
            pytest.fail(f"{what} never came")
        time.sleep(0.2)


def children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in listed.split()]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def facts(run: Path) -> dict[str, Any]:
    return json.loads((run / "run.json").read_text())  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def trained(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was killed after its first checkpoint and then brought to its end."""
    run = tmp_path_factory.mktemp("run")
    with start(clone, run, 0.25) as first:
        wait_until((run / "checkpoint.pt").exists, "a checkpoint", first)
        (feeder,) = children(first.pid)
        first.send_signal(signal.SIGKILL)
    assert not (run / "weights.pt").exists()
    with start(clone, run, 0.25) as second:
        code, told = finish(second)
    assert code == 0, told
    (run / "told.txt").write_text(told)
    wait_until(lambda: not is_alive(feeder), "the end of the killed run's feeder")
    return run


def test_a_killed_run_goes_on_from_its_checkpoint_and_ends_with_weights(trained: Path) -> None:
    told = (trained / "told.txt").read_text()
    begun = int(told.partition("going on from step ")[2].split()[0])
    assert begun > 0
    assert (trained / "weights.pt").exists()
    assert not (trained / "checkpoint.pt").exists()
    steps = [report["step"] for report in facts(trained)["log"]]
    assert steps == sorted(set(steps))
    assert facts(trained)["is_finished"]
    assert facts(trained)["steps"] > begun


def test_each_report_tells_loss_exactness_speed_and_the_time_left(trained: Path) -> None:
    (line, *_) = [line for line in (trained / "told.txt").read_text().splitlines() if line.startswith("step ")]
    for word in ("loss", "exact on held-out partners", "tokens/s", "left"):
        assert word in line


def test_a_finished_run_is_not_trained_again(clone: Path, trained: Path) -> None:
    before = (trained / "weights.pt").stat().st_mtime_ns
    with start(clone, trained, 0.25) as again:
        _, told = finish(again)
    assert "trained already" in told
    assert (trained / "weights.pt").stat().st_mtime_ns == before


@pytest.mark.parametrize("ignoring", ["", "INT TERM"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_asked_to_end_saves_first_even_where_its_starter_ignores_signals(
    clone: Path, tmp_path: Path, number: signal.Signals, ignoring: str
) -> None:
    with start(clone, tmp_path, 30, ignoring) as process:
        wait_until((tmp_path / "run.json").exists, "a report", process)
        (tmp_path / "checkpoint.pt").unlink(missing_ok=True)
        (feeder,) = children(process.pid)
        os.kill(process.pid, number)
        code, told = finish(process)
    assert code == 128 + number
    assert not is_alive(feeder)
    assert "the same command goes on" in told
    assert (tmp_path / "checkpoint.pt").exists()


def test_a_checkpoint_of_another_network_is_refused(clone: Path, tmp_path: Path) -> None:
    state = {"shape": {"hidden": 64}}
    torch.save(state, tmp_path / "checkpoint.pt")
    with start(clone, tmp_path, 0.1) as process:
        code, told = finish(process)
    assert code != 0
    assert "checkpoint of another network" in told


def test_the_curves_of_a_run_become_a_picture(trained: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is missing: make train-setup")
    drawn = draw_curves(trained, tmp_path / "curves.png").read_bytes()
    assert drawn.startswith(b"\x89PNG")
    assert len(drawn) < 200_000, "it travels inside Dagster's metadata"


@pytest.fixture(scope="module")
def asked() -> list[Example]:
    return draw_distinct(4711, 120)


@pytest.fixture(scope="module")
def answers(trained: Path, asked: list[Example]) -> Iterator[list[Answer]]:
    export(trained, trained / "F32.gguf")
    engine = LlamaEngine(trained / "F32.gguf")
    yield engine.answer([prompt for prompt, _ in asked])
    engine.close()


def test_llama_cpp_answers_as_torch_does(trained: Path, asked: list[Example], answers: list[Answer]) -> None:
    # Barely trained, the network is in doubt everywhere: a few ties may break the other way.
    assert sum(agree(load_network(trained), [prompt for prompt, _ in asked], answers)) >= 0.97 * len(asked)


def test_another_answer_is_seen_as_another(trained: Path, asked: list[Example], answers: list[Answer]) -> None:
    changed = []
    for (prompt, _), answer in zip(asked, answers, strict=True):
        for at, other in enumerate(answer.seconds):
            if other in POINTERS:  # the same field points elsewhere
                tokens = (*answer.tokens[:at], other, *answer.tokens[at + 1 :])
                changed.append((prompt, Answer(tokens, (), ())))
                break
    assert changed
    prompts, others = zip(*changed, strict=True)
    assert sum(agree(load_network(trained), prompts, others)) <= 0.03 * len(others)


@pytest.mark.parametrize("quantisation", [None, *Quantisation])
def test_the_vectors_that_go_in_are_those_of_the_file(
    trained: Path, tmp_path: Path, quantisation: Quantisation | None
) -> None:
    gguf = pytest.importorskip("gguf", reason="gguf is missing: make train-setup")
    packed = tmp_path / "whole.gguf"
    export(trained, packed)
    if quantisation is not None:
        whole, packed = packed, tmp_path / "packed.gguf"
        quantise(whole, packed, quantisation)
    (tensor,) = [t for t in gguf.GGUFReader(packed).tensors if t.name == "token_embd.weight"]
    expected = gguf.dequantize(tensor.data, tensor.tensor_type)
    embeddings = Embeddings(packed, *expected.shape)
    bundles = [(token, *[PAD] * SPREAD) for token in range(len(expected))]
    found = np.frombuffer(embeddings.add_up(bundles), np.float32).reshape(expected.shape)
    assert np.array_equal(found, expected)
    assert not found[PAD].any()


def test_a_network_with_other_weights_answers_otherwise(
    trained: Path, asked: list[Example], answers: list[Answer]
) -> None:
    network = load_network(trained)
    with torch.no_grad():
        network.output_norm.weight.neg_()
    assert sum(agree(network, [prompt for prompt, _ in asked], answers)) < 0.5 * len(asked)
