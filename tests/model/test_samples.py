"""The shipped model on hand-checked messages of other people: nearly all records right, and none wrong in silence."""

from collections import Counter
from pathlib import Path

import pytest

from udf import compile_batch, split_interchange
from udf.contract import Document, Outcome
from udf.train.exam.samples import Checked, checked, read_samples

pytestmark = pytest.mark.samples

LEAST_RIGHT = 0.97
Compared = dict[str, tuple[Counter[Checked], Counter[Checked]]]


def compile_file(path: Path) -> list[Outcome]:
    interchange = split_interchange(path.read_bytes())
    return compile_batch([m.text for m in interchange.messages], [m.envelope for m in interchange.messages])


def documents(outcomes: list[Outcome]) -> list[Document]:
    return [outcome.document for outcome in outcomes if outcome.is_valid and outcome.document is not None]


@pytest.fixture(scope="module")
def compared(samples: Path) -> Compared:
    found = {}
    for path, wanted in read_samples(samples):
        got = Counter(checked(line) for document in documents(compile_file(path)) for line in document.lines)
        found[path.name] = (wanted, got)
    return found


def test_nearly_all_records_are_right(compared: Compared) -> None:
    right = sum((wanted & got).total() for wanted, got in compared.values())
    total = sum(wanted.total() for wanted, _ in compared.values())
    assert total > 0
    assert right / total >= LEAST_RIGHT, {name: (w.total(), (w & g).total()) for name, (w, g) in compared.items()}


def test_no_valid_message_holds_a_wrong_record(compared: Compared) -> None:
    wrong = {name: list((got - wanted).items())[:3] for name, (wanted, got) in compared.items() if got - wanted}
    assert not wrong


def test_every_file_of_the_samples_is_an_outcome(samples: Path) -> None:
    for path in sorted(samples.rglob("*.edi")):
        if path.stat().st_size > 100_000:
            continue  # compiled above
        outcomes = compile_file(path)
        assert outcomes
        assert all(outcome.is_valid or outcome.problems for outcome in outcomes)
