"""Variants of a draft: other values, and the same statements."""

import random

from udf.train.corpus.drafts import stands
from udf.train.corpus.partners import draw_partner
from udf.train.corpus.values import decimal_of
from udf.train.corpus.variants import draw_variant


def test_a_variant_has_the_segments_of_its_draft_and_other_values() -> None:
    r = random.Random(1)
    changed = 0
    for _ in range(40):
        draft = draw_partner(r).draft(r)
        variant = draw_variant(draft, r)
        assert [segment.tag for segment in variant.segments] == [segment.tag for segment in draft.segments]
        assert [record.keys() for record in variant.whole] == [record.keys() for record in draft.whole]
        assert all(stands(at) for record in variant.whole for at in record.values())
        changed += [s.elements for s in variant.segments] != [s.elements for s in draft.segments]
    assert changed > 35


def test_all_quantities_are_multiplied_by_one_factor_so_that_sums_stay_sums() -> None:
    r = random.Random(2)
    for _ in range(40):
        draft = draw_partner(r).draft(r)
        variant = draw_variant(draft, r)
        factors = set()
        for before, after in zip(draft.records, variant.records, strict=True):
            (one, e, c), (other, _, _) = before["quantity"], after["quantity"]
            was, becomes = decimal_of(one.elements[e][c]), decimal_of(other.elements[e][c])
            if was and not one.elements[e][c].endswith("-") and len(other.elements[e][c]) < 11:
                factors.add(becomes / was)
        assert len(factors - {1}) <= 1
