"""What partners invent: the text is another one, and what it states has moved along."""

import random

import pytest

from udf.train.corpus.drafts import Draft, stands
from udf.train.corpus.inventions import HELD_OUT, INVENTIONS, draw_codes, fits, repoint
from udf.train.corpus.partners import draw_partner
from udf.train.corpus.strangers import expected_proposals


def invent(kind: str, seed: int) -> tuple[Draft, Draft]:
    """A draft as its dialect writes it, and as a partner with an invention does."""
    r = random.Random(seed)
    while True:
        dialect = draw_partner(r)
        x12 = dialect.message_type.isdigit()
        if not fits(kind, x12):
            continue
        state = r.getstate()
        plain = dialect.draft(r)
        r.setstate(state)
        changed = dialect.draft(r)
        if INVENTIONS[kind](changed, draw_codes(random.Random(seed), x12), r):
            return plain, changed


@pytest.mark.parametrize("kind", INVENTIONS)
def test_an_invention_changes_the_text_and_nothing_that_it_states(kind: str) -> None:
    for seed in range(5):
        plain, changed = invent(kind, seed)
        assert [(s.tag, s.elements) for s in plain.segments] != [(s.tag, s.elements) for s in changed.segments]
        kept = slice(0, 2) if "code" in kind else slice(0, 7)  # item and place, or all
        before, after = (sorted((row[kept] for row in expected_proposals(d)), key=str) for d in (plain, changed))
        assert before == after


@pytest.mark.parametrize("kind", INVENTIONS)
def test_whatever_a_draft_states_stands_in_it(kind: str) -> None:
    for seed in range(5):
        _, draft = invent(kind, seed)
        inside = {id(segment) for segment in draft.segments}
        stated = [reference for _, reference in draft.statements]
        stated += [reference for record in (*draft.records, *draft.whole) for reference in record.values()]
        assert all(id(reference[0]) in inside and stands(reference) for reference in stated if stands(reference))
        assert all({"item", "quantity"} <= record.keys() for record in draft.whole)


def test_what_is_held_out_is_whole_kinds_and_some_of_each_subject_but_codes_are_taught() -> None:
    assert set(HELD_OUT) < set(INVENTIONS)
    taught = {kind.partition(":")[0] for kind in INVENTIONS if kind not in HELD_OUT}
    assert taught == {"place", "date", "quantity", "item", "line"}


def test_a_partner_has_one_code_of_its_own_for_each_of_the_directories() -> None:
    own = draw_codes(random.Random(3), x12=False)
    assert own.own("153", x12=False) == own.own("153", x12=False) != own.own("61", x12=False)


def test_what_points_at_a_component_follows_it_or_is_dropped() -> None:
    draft = Draft("SLSRPT")
    place = draft.add("LOC", "162", ["12", "", "92"])
    draft.state(location=(place, 1, 0), location_type=(place, 1, 2))
    repoint(draft, place, {(1, 0): (0, 1)})
    assert draft.statements == [("location", (place, 0, 1))]
