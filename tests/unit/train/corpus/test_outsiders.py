"""What outsiders' messages have beside the drawn dialects: it changes the text, and what is stated is still known."""

import random
from collections import Counter

from udf.compiler import Compiler
from udf.train.corpus.outsiders import add_habits
from udf.train.corpus.partners import draw_written
from udf.train.corpus.rendering import render_message
from udf.train.corpus.truth import essence, expected_header, expected_lines, header_of


def test_what_a_changed_draft_states_is_what_the_rules_read_of_it() -> None:
    r = random.Random(4)
    compiler = Compiler(None)
    changed = 0
    for _ in range(120):
        dialect, writing = draw_written(r)
        draft = dialect.draft(r)
        before = [(segment.tag, [list(e) for e in segment.elements]) for segment in draft.segments]
        add_habits(draft, r)
        changed += before != [(segment.tag, segment.elements) for segment in draft.segments]
        (outcome,) = compiler.compile_batch([render_message(draft, writing)])
        if outcome.is_valid and outcome.document:
            got = Counter(essence(line) for line in outcome.document.lines)
            assert got - expected_lines(draft) == Counter()
            assert header_of(outcome.document) == expected_header(draft)
    assert changed > 40
