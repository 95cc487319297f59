"""Drafts as text: a file holds the message that was drawn, and quirks are trained or held out."""

import random
import re

from hypothesis import example, given
from hypothesis import strategies as st

from udf.edi.split import split_interchange
from udf.train.corpus.partners import draw_written
from udf.train.corpus.rendering import (
    HELD_OUT_QUIRKS,
    TRAINED_QUIRKS,
    draw_writing,
    message_rows,
    render_interchange,
    settle,
)


@example(2_370_808, TRAINED_QUIRKS)
@given(st.integers(0, 10**9), st.sampled_from([TRAINED_QUIRKS, HELD_OUT_QUIRKS]))
def test_an_interchange_holds_the_message_that_was_drawn(seed: int, quirks: tuple[str, ...]) -> None:
    r = random.Random(seed)
    dialect, writing = draw_written(r, quirks=quirks)
    draft = dialect.draft(r)
    data = render_interchange(draft, writing, r)
    settle(draft, writing)
    opener = ("ST" if draft.message_type.isdigit() else "UNH") + writing.element
    # each of these may hide UNH or ST: a line may end within the tag, a break or a lost terminator stand before it
    begun = re.search(rf"(?:{re.escape(writing.segment)}|[\r\n]){re.escape(opener)}".encode(), data.upper())
    is_torn = {"wrap", "odd-wrap"} & set(writing.quirks) and begun is None
    if not is_torn and not {"breaks-anywhere", "lost-terminators"} & set(writing.quirks):
        assert [m.message_type for m in split_interchange(data).messages] == [draft.message_type]
    assert len(message_rows(draft, writing)) >= 4


def test_quirks_that_are_held_out_are_not_trained() -> None:
    assert not set(TRAINED_QUIRKS) & set(HELD_OUT_QUIRKS)
    r = random.Random(2)
    for message_type in ("SLSRPT", "852"):
        assert all(set(message) <= set(HELD_OUT_QUIRKS) for message in (
            draw_writing(r, message_type, HELD_OUT_QUIRKS).quirks for _ in range(50)
        ))  # fmt: skip
    assert all(draw_written(r, quirks=HELD_OUT_QUIRKS)[1].quirks for _ in range(100))
    assert {quirk for _ in range(300) for quirk in draw_writing(r, "SLSRPT").quirks} == set(TRAINED_QUIRKS)
