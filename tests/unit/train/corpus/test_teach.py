"""The teacher: only what the gatekeeper proves becomes a label, and what it refuses is told."""

import random
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from tests.endpoint import Endpoint, Reply, answers_of, say
from udf.compiler import Compiler
from udf.engines.chat import TalkingEngine
from udf.train.corpus import teach
from udf.train.corpus.drafts import Draft
from udf.train.corpus.edifact import EdifactPartner
from udf.train.corpus.examples import draw_examples
from udf.train.corpus.labels import read_labels
from udf.train.corpus.rendering import Writing, render_message

PLAIN = Writing("'", "+", ":", "?", version="D:96A:UN")


@pytest.fixture(scope="module")
def drafts() -> list[Draft]:
    """Three drafts whose right answers are proved."""
    r = random.Random(8)
    found = []
    while len(found) < 3:
        draft = EdifactPartner(r, "SLSRPT").draft(r)
        known = answers_of(draft)
        outcome, _ = Compiler(_Book(known)).compile_units([render_message(draft, PLAIN)])[0]
        if outcome.is_complete and len(known) > 2:
            found.append(draft)
    return found


class _Book(TalkingEngine):
    """Says what stands in a book of answers."""

    def __init__(self, known: dict[str, str]) -> None:
        super().__init__()
        self.known = known

    def ask(self, kind: str, prompt: str) -> str:
        return self.known[prompt]


def run(landing: Path, endpoint: Endpoint, *options: str) -> tuple[Result, Path]:
    out = landing.parent / "labels.jsonl"
    app = typer.Typer()
    app.command()(teach.teach)
    return CliRunner().invoke(app, [str(landing), str(out), "--url", endpoint.url, "--model", "m", *options]), out


@pytest.fixture
def landing(tmp_path: Path, drafts: list[Draft]) -> Path:
    folder = tmp_path / "landing"
    folder.mkdir()
    for number, draft in enumerate(drafts):
        (folder / f"{number}.edi").write_text(render_message(draft, PLAIN))
    (folder / ".hidden").write_text("not EDI")
    return folder


def asked(request: dict[str, Any]) -> str:
    return str(request["messages"][-1]["content"])


def test_proved_answers_become_labels_that_teach_the_tiny_compiler(landing: Path, drafts: list[Draft]) -> None:
    known = {prompt: answer for draft in drafts for prompt, answer in answers_of(draft).items()}
    with Endpoint(lambda request: say(known[asked(request)])) as endpoint:
        result, out = run(landing, endpoint)
    assert result.exit_code == 0, result.output
    assert "3 messages, 3 valid" in result.output
    labels = read_labels(out)
    assert {label.kind for label in labels} >= {"header", "line"}
    prompts = [tuple(label.example()[0]) for label in labels]
    assert len(prompts) == len(set(prompts))
    examples = [label.example() for label in labels]
    mixed = list(islice(draw_examples(5, markers_turn=False, teacher_labels=out), 400))
    share = sum(example in examples for example in mixed) / len(mixed)
    assert 0.005 < share < 0.3


def test_a_message_with_an_invented_value_teaches_nothing(landing: Path, drafts: list[Draft]) -> None:
    known = {prompt: answer for draft in drafts for prompt, answer in answers_of(draft).items()}
    spoilt = next(prompt for prompt in answers_of(drafts[0]) if prompt.startswith("header"))

    def reply(request: dict[str, Any]) -> Reply:
        text = '{"records":[{"document_number":"HOCUS-POCUS"}]}' if asked(request) == spoilt else known[asked(request)]
        return say(text)

    with Endpoint(reply) as endpoint:
        result, out = run(landing, endpoint)
    assert "3 messages, 2 valid" in result.output
    assert "output-format" in result.output
    assert "1 with an invented" in " ".join(result.output.split())
    assert "HOCUS-POCUS" not in out.read_text()


def test_an_endpoint_that_fails_leaves_the_labels_so_far_and_says_why(landing: Path, drafts: list[Draft]) -> None:
    known = answers_of(drafts[0])

    def reply(request: dict[str, Any]) -> Reply:
        return say(known[asked(request)]) if asked(request) in known else (401, "the key has expired")

    with Endpoint(reply) as endpoint:
        result, out = run(landing, endpoint)
    assert result.exit_code == 1
    assert "the key has expired" in " ".join(result.output.split())
    assert read_labels(out)
