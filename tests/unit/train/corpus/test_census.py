"""What is said of the corpus is what it holds."""

import random
from pathlib import Path

import pytest

from udf.language.answers import pair_tokens
from udf.train.corpus import examples
from udf.train.corpus.census import digest_generator, find_sources, find_stand, take_census
from udf.train.corpus.drafts import chunk_draft
from udf.train.corpus.examples import draft_examples
from udf.train.corpus.partners import MIX, draw_partner, draw_written


def test_every_partner_is_counted_under_its_type_and_at_one_place() -> None:
    counts = take_census(80, seed=3)
    assert set(counts) <= {name for name, _ in MIX}
    assert sum(count.messages for count in counts.values()) == 80
    for count in counts.values():
        assert count.places.total() == count.dates.total() == count.messages <= count.quirks.total()
        assert 0 < len(count.prompts) <= count.chunks


def test_the_examples_counted_are_the_ones_that_teach() -> None:
    r = random.Random(3)
    taught = [example for _ in range(40) for example in draft_examples(draw_written(r)[0].draft(r))]
    counted = take_census(40, seed=3).values()
    assert sum(count.chunks for count in counted) == len(taught)
    assert sum(count.positions for count in counted) == sum(
        len(prompt) + len(pair_tokens(answer)) - 1 for prompt, answer in taught
    )


def test_a_place_stands_in_the_segment_that_the_records_point_at() -> None:
    r = random.Random(5)
    chunks = [chunk_draft(draw_partner(r).draft(r)) for _ in range(60)]
    stands = {find_stand(message, "location") for message in chunks}
    assert "nowhere" in stands
    assert {stand.partition(" ")[0] for stand in stands} <= {"nowhere", "LOC", "NAD", "N1", "SDQ", "SCH", "REF"}


def test_the_generator_is_named_by_all_that_decides_an_example() -> None:
    named = {module.__name__ for module in find_sources(examples)}
    assert named >= {
        "udf.train.corpus.x12.split", "udf.train.corpus.edifact.quantity", "udf.train.corpus.parts",
        "udf.language.vocabulary", "udf.language.prompts", "udf.language.answers", "udf.edi.tags", "udf.reading",
    }  # fmt: skip
    readers = ("udf.readers", "udf.engines", "udf.gatekeeper", "udf.plans")
    assert [name for name in named if name.startswith(readers)] == []


def test_another_share_is_another_generator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest_generator()
    source = Path(examples.__file__).read_text()
    copy = tmp_path / "examples.py"
    monkeypatch.setattr(examples, "__file__", str(copy))
    copy.write_text(source)
    assert digest_generator() == before
    copy.write_text(source.replace("TURNED = 0.15", "TURNED = 0.16"))
    assert digest_generator() != before
