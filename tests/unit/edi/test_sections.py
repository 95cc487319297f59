"""What is wrong with an interchange, a group or what stands around them has a code, and stays with its messages."""

import pytest

from tests.interchanges import activity, codes, edifact, sales, split, texts, x12


def test_groups_of_edifact_are_counted() -> None:
    group = "UNG+SLSRPT+A:14+B:14+260105:0559+5+UN+D:96A'" + sales("1") + sales("2") + "UNE+2+5'"
    assert codes(split(edifact(group))) == []
    assert texts(edifact(group)) == [sales("1"), sales("2")]
    assert codes(split(edifact(group.replace("UNE+2", "UNE+3")))) == ["une-count-mismatch"]
    assert codes(split(edifact(group.replace("UNE+2+5", "UNE+2+6")))) == ["control-reference-mismatch"]


def test_a_clean_interchange_has_no_problems() -> None:
    assert codes(split(edifact(sales("1"), sales("2")))) == []
    assert codes(split(x12(activity("0001"), activity("0002")))) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (edifact(sales(), count=2), "unz-count-mismatch"),
        (edifact(sales()).replace("UNZ+1+77", "UNZ+one+77"), "unz-count-mismatch"),
        (edifact(sales()).replace("UNZ+1+77", "UNZ+1+78"), "control-reference-mismatch"),
        (x12(activity(), groups=2), "iea-count-mismatch"),
        (x12(activity(), sets=2), "ge-count-mismatch"),
        (x12(activity()).replace("IEA*1*000000041", "IEA*1*000000042"), "control-reference-mismatch"),
        (x12(activity()).replace("GE*1*41", "GE*1*42"), "control-reference-mismatch"),
        (edifact(sales()).split("UNZ")[0], "missing-interchange-trailer"),
        (sales(), "no-envelope"),
        (activity(), "no-envelope"),
        (x12(activity()).replace("GE*1*41~", ""), "missing-group-trailer"),
        (sales() + "UNZ+1+77'", "trailer-without-header"),
    ],
)
def test_each_problem_of_an_envelope_has_its_code(text: str, code: str) -> None:
    interchange = split(text)
    assert code in codes(interchange)
    assert code in codes(interchange.messages[0])
    assert {problem.severity for problem in interchange.problems} == {"warning"}
    assert len(interchange.messages) == 1


def test_a_problem_stays_with_the_messages_of_its_own_interchange() -> None:
    messages = split(edifact(sales("1"), count=5) + edifact(sales("2"))).messages
    assert [codes(message) for message in messages] == [["unz-count-mismatch"], []]


def test_text_between_messages_is_named() -> None:
    assert codes(split("Dear partner,\n" + edifact(sales()) + "\nRegards")) == ["text-outside-message"] * 2
    assert codes(split(edifact(sales() + "LIN+2'"))) == ["text-outside-message"]
