"""The benchmark: its messages state what they say, nothing wrong has a speed, and the README tells the last run."""

import json
import random
from decimal import Decimal
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

import bench.__main__ as benchmark
from bench.exactness import Exactness, InexactError
from bench.figures import ABOUT, DETAILS, FIGURES
from bench.partners import HABITS, Message, draw_partner, wrap, write_messages
from bench.report import LATEST, README, read_latest, write_table
from bench.run import Run
from udf.edi.delimiters import find_delimiters
from udf.edi.reader import read_segments
from udf.edi.split import split_interchange


@pytest.fixture(scope="module")
def latest() -> dict[str, object]:
    if not LATEST.exists():
        pytest.skip("make bench has not been run")
    facts = read_latest()
    if facts["is_quick"]:
        pytest.skip("the last run was a quick one")
    return facts


def test_a_full_run_holds_every_figure(latest: dict[str, object]) -> None:
    wanted = {figure.name for figure in FIGURES} | set(DETAILS) | set(ABOUT)
    assert wanted - latest.keys() == set()
    assert [figure.name for figure in FIGURES if not isinstance(latest[figure.name], int | float)] == []


def test_the_readme_tells_the_last_run(latest: dict[str, object]) -> None:
    assert write_table(latest) in README.read_text()


def test_the_last_run_was_exact(latest: dict[str, dict[str, int]]) -> None:
    assert latest["failures"] == {}
    assert latest["exactness"]["wrong"] == 0
    assert latest["exactness"]["exact"] > 0


@pytest.mark.parametrize("habit", HABITS)
def test_a_file_of_a_partner_is_split_into_its_messages(habit: str) -> None:
    partner = draw_partner(random.Random(3), 7, habit)
    messages = list(write_messages(1, partner, 3, 4))
    found = split_interchange(wrap(partner, messages))
    assert [message.text for message in found.messages] == [message.text for message in messages]
    assert found.problems == []
    assert {message.envelope.sender for message in found.messages} == {partner.sender}


@pytest.mark.parametrize("habit", HABITS)
def test_what_a_message_states_stands_in_its_text(habit: str) -> None:
    r = random.Random(4)
    for number in range(20):
        message = next(write_messages(number, draw_partner(r, number, habit), 5))
        values = {
            component
            for segment in read_segments(message.text, find_delimiters(message.text))
            for element in segment.elements
            for component in element
        }
        stated = {str(value) for line in message.lines for value in line[:11] if value is not None}
        measures = {line[5] for line in message.lines}
        assert {value for value in stated - values - measures if not _is_padded(value, values)} == set()
        assert len(message.lines) >= message.groups == 5


def _is_padded(value: str, values: set[str]) -> bool:
    """Whether a number is stated with other noughts."""
    try:
        number = Decimal(value)
    except ArithmeticError:
        return False
    return any(Decimal(v) == number for v in values if v.replace(".", "", 1).isdigit())


def test_the_same_seed_writes_the_same_messages() -> None:
    partner = draw_partner(random.Random(5), 1)
    assert list(write_messages("a", partner, 2, 3)) == list(write_messages("a", partner, 2, 3))
    assert list(write_messages("a", partner, 2, 3)) != list(write_messages("b", partner, 2, 3))


@pytest.fixture
def message() -> Message:
    return next(write_messages(1, draw_partner(random.Random(6), 1, "INVRPT"), 2))


def state(message: Message) -> str:
    """The document of a right compiler, as far as it is compared."""
    from bench.partners import HEADER, LINE

    lines = [
        {name: float(v) if isinstance(v, Decimal) else v for name, v in zip(LINE, line, strict=True)}
        for line in message.lines
    ]
    return json.dumps(dict(zip(HEADER, message.header, strict=True)) | {"lines": lines})


def test_right_outcomes_have_a_speed(message: Message) -> None:
    exactness = Exactness()
    exactness.mark_document(state(message), True, message)
    exactness.check()
    assert exactness.facts() == {"messages": 1, "lines": len(message.lines), "exact": 1, "refused": 0, "wrong": 0}


@pytest.mark.parametrize(
    ("was", "becomes"), [('"qualifier": "145"', '"qualifier": "21"'), ('"R', '"X'), ('"on_hand"', '"available"')]
)
def test_one_wrong_value_called_valid_has_none(message: Message, was: str, becomes: str) -> None:
    exactness = Exactness()
    for _ in range(1000):
        exactness.mark_document(state(message), True, message)
    document = state(message)
    assert was in document
    exactness.mark_document(document.replace(was, becomes, 1), True, message)
    with pytest.raises(InexactError, match="1 of 1001 messages are wrong"):
        exactness.check()


def test_a_complete_document_without_a_line_is_wrong(message: Message) -> None:
    document = json.loads(state(message))
    document["lines"].pop()
    exactness = Exactness()
    exactness.mark_document(json.dumps(document), True, message)
    assert exactness.wrong == 1


def test_refusing_is_not_fast(message: Message) -> None:
    exactness = Exactness()
    exactness.mark_document(None, False, message)
    with pytest.raises(InexactError, match="1 of 1 messages are refused"):
        exactness.check()


@pytest.mark.parametrize(("milliseconds", "options", "exit_code"), [(9.0, [], 1), (4.0, [], 0), (9.0, ["--quick"], 0)])
def test_a_missed_bar_fails_a_run_but_a_quick_one(
    message: Message, monkeypatch: pytest.MonkeyPatch, milliseconds: float, options: list[str], exit_code: int
) -> None:
    class Part:
        @staticmethod
        def measure(run: Run) -> dict[str, float]:
            run.exactness.mark_document(state(message), True, message)
            return {"ms_per_message_model_p50": milliseconds}

    monkeypatch.setattr(benchmark, "importlib", SimpleNamespace(import_module=lambda name: Part))
    app = benchmark.typer.Typer()
    app.command()(benchmark.bench)
    run = CliRunner().invoke(app, ["--only", "latency", *options])
    assert run.exit_code == exit_code, run.output
    assert ("missed: ms_per_message_model_p50 is 9 ms, the bar is ≤ 5 ms" in run.output) == bool(exit_code)
