"""Messages of one batch: the first of a partner teach the plans of the others."""

from collections import Counter
from collections.abc import Sequence

from tests.unit.plans.routes import EDIFACT, Routes, write_report
from udf.compiler import Compiler
from udf.engines.engine import Answer, Prompt
from udf.plans.book import PlanBook
from udf.plans.routing import FIRST_SHARE
from udf.standards.reference import load_reference
from udf.train.attack.rules_engine import RulesEngine


def test_messages_of_one_batch_are_compiled_by_what_the_first_of_them_taught() -> None:
    routes = Routes()
    texts = [write_report(number=number) for number in range(1, 21)]
    rows = routes.planned.compile_rows(texts, [EDIFACT] * len(texts))
    assert Counter(row.route for row in rows) == {"model": FIRST_SHARE, "plan": 20 - FIRST_SHARE}
    for text, row in zip(texts, rows, strict=True):
        other = routes.read_bare(text)
        assert row.is_complete
        assert row.document is not None
        assert other.document is not None
        assert row.document == other.document


def test_a_batch_of_partners_who_teach_nothing_is_not_cut_into_many_small_ones() -> None:
    asked: list[int] = []

    class Counting(RulesEngine):
        def answer(self, prompts: Sequence[Prompt], prefixes: Sequence[tuple[int, ...]] | None = None) -> list[Answer]:
            asked.append(len(prompts))
            return super().answer(prompts, prefixes)

    rules = Counting()
    # Wrapped in the midst of a segment: such a line has no shape.
    texts = [write_report(number=number).replace("LIN+1+", "LIN+\r\n1+") for number in range(1, 61)]
    for text in texts:
        rules.study(text)
    book = PlanBook(load_reference(), shadow=0)
    rows = Compiler(rules, plans=book).compile_rows(texts, [EDIFACT] * len(texts))
    assert Counter(row.route for row in rows) == {"model": 60}
    assert len(asked) <= 5
