"""What a second witness is worth: faults in the rules, and whether anything wrong is valid in spite of it."""

from collections import Counter

from rich.console import Console

from udf.train.attack.faults import Fault, list_faults
from udf.train.exam.mutants import Result, draw_stated, examine_faults, show, summarise


def fault(module: str, detail: str) -> Fault:
    return next(f for f in list_faults() if f.module == module and f.detail.startswith(detail))


def test_a_fault_that_swaps_two_meanings_is_wrong_by_the_rules_alone() -> None:
    sound = draw_stated(12, seed=5)
    swapped = fault("quantity_meanings", "153 and")
    (result,) = examine_faults([swapped], sound, model=None)
    assert len(result.alone) == 12
    assert "wrong" in result.alone


def test_a_fault_that_breaks_the_compiler_is_no_silent_one() -> None:
    broken = fault("udf.standards.message_types", "nothing returned")
    (result,) = examine_faults([broken], draw_stated(2, seed=5), model=None)
    assert result.wrong == []


def test_the_model_reads_the_messages_that_a_fault_changes_and_no_others() -> None:
    swapped = fault("quantity_meanings", "153 and")
    (result,) = examine_faults([swapped], draw_stated(12, seed=5))
    assert set(result.both) == set(result.wrong) | {n for n, v in enumerate(result.alone) if v == "refused"}


def test_a_fault_counts_where_it_makes_something_wrong_and_is_caught_where_nothing_wrong_is_left() -> None:
    one, two, three = (Fault("offset", "udf.standards.places", line, 0, "") for line in (1, 2, 3))
    facts = summarise([
        Result(one, ["wrong", "right"], {0: "refused"}, Counter({"place-order": 1})),
        Result(two, ["wrong", "wrong"], {0: "refused", 1: "wrong"}),
        Result(three, ["refused", "right"], {0: "refused"}),
    ])  # fmt: skip
    assert facts["planted"] == 3
    assert facts["refused_alone"] == 1
    assert facts["changing_a_line"] == {
        "faults": 2, "caught": 1, "share": 0.5, "messages_wrong_alone": 3, "messages_wrong_with_both": 1,
    }  # fmt: skip
    assert [row["line"] for row in facts["silent"]] == [2]
    console = Console(record=True, width=120)
    show(facts, console)
    assert "50.0%" in console.export_text()
