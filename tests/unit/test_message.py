"""A text becomes a message that can be compiled, or the reason why it cannot is said."""

import pytest

from tests.interchanges import edifact, x12
from tests.small_messages import activity, sales, stock
from udf import message
from udf.findings import Finding
from udf.message import Message, Unit, describe_answer, find_envelope, read_message
from udf.outcome import Envelope
from udf.refusals import RefusedError
from udf.standards.reference import Decision, Reference, load_reference
from udf.standards.x12 import X12

ITEM = "4006381333931"
TWO_LINES = sales(f"LIN+1++{ITEM}:EN QTY+153:5:PCE LIN+2++{ITEM}:EN QTY+153:4:PCE")


def read(text: str, envelope: Envelope | None = None) -> Message:
    return read_message(text, envelope, load_reference())


def test_a_message_is_its_header_and_its_lines_in_order() -> None:
    found = read(TWO_LINES)
    assert [unit.name for unit in found.units] == ["header", "group", "line 1", "line 2"]
    assert (found.setting.message_type, found.setting.version) == ("SLSRPT", "D:96A:UN:EAN004")


def test_the_version_of_an_x12_message_is_what_its_group_says() -> None:
    text = activity(f"LIN**UP*{ITEM} ZA*QS*1*EA")
    assert read(text).setting.version == ""
    assert read(text, Envelope(standard="X12", version="004010VICS")).setting.version == "004010VICS"


def test_a_text_that_brings_its_interchange_brings_its_envelope() -> None:
    found = read(edifact(TWO_LINES, una="UNA:+,? '"))
    assert (found.envelope.sender, found.setting.decimal_mark) == ("4000001000005", ",")
    assert find_envelope(x12(activity(""))).sender == "SENDER"
    assert find_envelope(TWO_LINES) == Envelope()
    assert find_envelope(edifact(TWO_LINES, TWO_LINES)) == Envelope(), "of several messages it is nobody's"


@pytest.mark.parametrize(
    ("text", "code", "message_type"),
    [
        (" \n", "empty-message", None),
        ("hello", "no-message-found", None),
        ("LIN+1++4006381333931:EN'QTY+153:1'", "no-message-found", None),
        (TWO_LINES + TWO_LINES, "several-messages", "SLSRPT"),
        ("UNH+1+ORDERS:D:96A:UN'BGM+220+1+9'UNT+3+1'", "unsupported-message-type", "ORDERS"),
    ],
)
def test_what_cannot_be_compiled_is_refused_for_one_reason(text: str, code: str, message_type: str | None) -> None:
    with pytest.raises(RefusedError) as refused:
        read(text)
    assert (refused.value.code, refused.value.message_type) == (code, message_type)


BODY = "BGM+12+REF45'LOC+162+BERLIN_01'LIN+1++DE-PROD-321:EN'QTY+153:77'"


def test_a_body_without_service_segments_is_read_as_the_type_that_it_is_said_to_be() -> None:
    named = Envelope(sender="ACME", version="96A", message_type="slsrpt")
    found = read(BODY, named)
    assert (found.is_body, found.first, found.segments[0].tag) == (True, 0, "BGM")
    assert (found.setting.message_type, found.setting.partner, found.setting.version) == ("SLSRPT", "ACME", "96A")
    activity_body = activity("LIN*1*UP*614141100019 ZA*QS*5*EA").partition("~")[2].partition("SE*")[0]
    assert read(activity_body, Envelope(message_type="852")).setting.standard is X12
    in_its_interchange = read(f"UNB+UNOA:3+ACME+ME+260101:0900+1'{BODY}UNZ+1+1'", Envelope(message_type="SLSRPT"))
    assert (in_its_interchange.setting.partner, in_its_interchange.first) == ("ACME", 1)


@pytest.mark.parametrize(
    ("text", "named", "code"),
    [
        (BODY, None, "no-message-found"),
        (BODY, "852", "no-message-found"),
        (BODY, "ORDERS", "unsupported-message-type"),
        (BODY + "UNT+5+1'", "SLSRPT", "no-message-found"),
        ("hello", "SLSRPT", "no-message-found"),
        ("UNH+1+ORDERS:D:96A:UN'BGM+220+1+9'UNT+3+1'", "SLSRPT", "unsupported-message-type"),
    ],
)
def test_what_is_no_body_of_the_named_type_is_refused(text: str, named: str | None, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read(text, Envelope(message_type=named))
    assert refused.value.code == code


def test_a_message_is_too_large_by_its_characters_or_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, most in (("MAX_CHARACTERS", len(TWO_LINES)), ("MAX_CHUNKS", 2)):
        monkeypatch.setattr(message, name, most)
        read(TWO_LINES)
        monkeypatch.setattr(message, name, most - 1)
        with pytest.raises(RefusedError) as refused:
            read(TWO_LINES)
        assert refused.value.code == "message-too-large"
        monkeypatch.undo()


def test_where_findings_are_very_many_the_first_of_each_code_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message, "MOST_FINDINGS", 4)
    found = read(TWO_LINES)
    first, second = found.units[2:]
    first.findings = [Finding("a", "1"), Finding("a", "2"), Finding("b", "3")]
    second.findings = [Finding("a", "4"), Finding("a", "5"), Finding("b", "6")]
    found.curtail(first)
    found.curtail(second)
    assert (len(first.findings), first.left_out) == (3, None)
    assert ([finding.detail for finding in second.findings], second.left_out) == (["4", "6"], {"a": 1})


def test_answers_that_are_alike_are_one_in_a_long_message_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(TWO_LINES)
    answers = [[[{"quantity": (1, 0, 1)}]] for _ in range(2)]
    assert found.share(answers[0]) is not found.share(answers[1])
    monkeypatch.setattr(message, "LONG", 0)
    assert found.share(answers[0]) is found.share(answers[1])


def test_an_answer_is_described_by_what_stands_where_it_points() -> None:
    found = read(stock(f"LIN+1++{ITEM}:EN QTY+145:5:PCE"))
    unit: Unit = found.units[-1]
    (chunk,) = unit.chunks
    unit.records = [[]]
    assert describe_answer(unit) == "no record"
    tags = [found.segments[index].tag for index in chunk.indices]
    unit.records = [[{"item": (tags.index("LIN"), 2, 0), "quantity": (tags.index("QTY"), 0, 1)}]]
    assert describe_answer(unit) == f"item = LIN 3.1 «{ITEM}», quantity = QTY 1.2 «5»"


def test_a_message_is_split_by_what_is_decided_for_its_sender() -> None:
    lines = " ".join(f"NAD+ZZZ+7::92 LIN+{n}++{ITEM}:EN QTY+145:{n}:PCE" for n in (1, 2))
    reference = Reference()
    no_place = {"standard": "EDIFACT", "segment": "NAD", "code": "ZZZ", "is_place": "no"}
    reference.decide([Decision(1, "role", "KIOSK", None, no_place)])
    doubtful = [
        read_message(stock(lines), Envelope(sender=sender), reference).chunks.ambiguous for sender in ("KIOSK", "OTHER")
    ]
    assert doubtful == [False, True]
