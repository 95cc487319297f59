"""What does not hold is said in a sentence that a person can read to its end."""

from udf.findings import Finding, name_some


def test_a_sentence_that_quotes_a_damaged_value_is_cut_short() -> None:
    short = Finding("item-misplaced", "x" * 2_000)
    assert short.detail == "x" * 2_000
    assert Finding("item-misplaced", "x" * 200_000).detail == "x" * 2_000 + "…"


def test_values_are_named_once_and_in_order() -> None:
    assert name_some(["EA", "KGM", "EA", "BX"]) == "BX, EA, KGM"
    assert name_some([]) == ""


def test_of_many_values_some_are_named_and_the_others_counted() -> None:
    values = [f"{number:03}" for number in range(53)]
    assert name_some(values) == f"{', '.join(values[:50])} and 3 more"
    assert name_some(values[:50]) == ", ".join(values[:50])
