"""What callers hand over: a wrong type is refused before anything is compiled, and no content ever is."""

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import udf
from tests.small_messages import activity, sales
from udf import compiler, contract, outcome
from udf.arguments import check_envelope

SALES = sales("LIN+1++4006381333931:EN QTY+153:12 LIN+2++4006381333948:EN QTY+153:1.5")
ACTIVITY = activity("LIN**UP*400638133393 ZA*QS*12*EA")
SAID: dict[str, Any] = {"standard": "EDIFACT", "decimal_mark": ",", "sender": "5412345000013", "is_test": True}


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """A compiler that must not be asked."""

    def load() -> None:
        raise AssertionError("compiled all the same")

    monkeypatch.setattr(compiler, "load_compiler", load)


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize("compile_batch", [udf.compile_batch, udf.compile_rows])
@pytest.mark.parametrize(
    ("texts", "envelopes", "error", "told"),
    [
        (SALES, None, TypeError, r"texts is str.*compile_edi"),
        (SALES.encode(), None, TypeError, "texts is bytes"),
        (None, None, TypeError, "texts is NoneType"),
        ({"text": SALES}, None, TypeError, "texts is dict"),
        ([SALES, None], None, TypeError, r"texts\[1\] is NoneType, not str"),
        ([SALES.encode()], None, TypeError, r"texts\[0\] is bytes, not str.*split_interchange"),
        ([SALES], SAID, TypeError, "envelopes is dict"),
        ([SALES], outcome.Envelope(), TypeError, "envelopes is Envelope"),
        ([SALES], "EDIFACT", TypeError, "envelopes is str"),
        ([SALES], 5, TypeError, "envelopes is int"),
        ([SALES, SALES], [None], ValueError, "2 texts have 1 envelopes"),
        ([SALES], [], ValueError, "1 texts have 0 envelopes"),
        ([], [None], ValueError, "0 texts have 1 or more envelopes"),
        ([SALES], itertools.repeat(None), ValueError, "1 texts have 2 or more envelopes"),
        ([SALES, SALES], [None, ["EDIFACT"]], TypeError, r"envelopes\[1\] is list"),
        ([SALES], [{"sendr": "A"}], TypeError, r"envelopes\[0\] has no field 'sendr'.*\bsender\b"),
        ([SALES], [{"sender": 5}], TypeError, r"envelopes\[0\]: sender is int, not str"),
        ([SALES], [{"is_test": "yes"}], TypeError, "is_test is str, not bool"),
        ([SALES], [{"is_test": 1}], TypeError, "is_test is int, not bool"),
        ([SALES], [outcome.Envelope(decimal_mark=5)], TypeError, "decimal_mark is int, not str"),  # type: ignore
        ([SALES], [contract.Envelope.model_construct(una=b"UNA")], TypeError, "una is bytes, not str"),
    ],
)
def test_a_wrong_type_or_count_is_refused_before_anything_is_compiled(
    compile_batch: Any, texts: Any, envelopes: Any, error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        compile_batch(texts, envelopes)


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize(
    ("text", "envelope", "told"),
    [
        (None, None, "text is NoneType, not str"),
        ([SALES], None, "text is list, not str"),
        (SALES.encode(), None, "text is bytes, not str"),
        (SALES, "EDIFACT", "envelope is str"),
        (SALES, {"sender": b"A"}, "envelope: sender is bytes, not str"),
        (SALES, {5: "A"}, "envelope has no field 5"),
    ],
)
def test_a_single_message_is_checked_like_those_of_a_batch(text: Any, envelope: Any, told: str) -> None:
    with pytest.raises(TypeError, match=told):
        udf.compile_edi(text, envelope)


def test_an_envelope_is_taken_as_a_dict_and_as_either_tuple_or_model() -> None:
    ways = [SAID, contract.Envelope(**SAID), outcome.Envelope(**SAID), dict(contract.Envelope(**SAID))]
    assert {check_envelope(way) for way in ways} == {outcome.Envelope(**SAID)}
    first, *others = [
        udf.compile_edi(SALES, way).model_dump(exclude={"compile_ms", "route", "attempts"}) for way in ways
    ]
    assert first["document"]["is_test"]
    assert others == [first] * 3


BODY = "BGM+12+REF45'LOC+162+BERLIN_01'LIN+1++DE-PROD-321:SA'QTY+153:77'"


def test_a_body_without_service_segments_is_compiled_where_its_type_is_said_and_refused_without() -> None:
    (refused,) = udf.compile_edi(BODY).problems
    assert refused.code == "no-message-found"
    ways = [
        udf.compile_edi(BODY, message_type="SLSRPT"), udf.compile_edi(BODY, {"message_type": "SLSRPT"}),
        *udf.compile_batch([BODY, SALES], message_type="SLSRPT")[:1],
    ]  # fmt: skip
    for found in ways:
        assert found.is_valid
        assert found.document is not None
        (line,) = found.document.lines
        assert (line.location_id, line.item_id, int(line.quantity)) == ("BERLIN_01", "DE-PROD-321", 77)
        assert BODY[slice(*line.source["quantity"])] == "77"
        assert (found.document.message_reference, found.route) == (None, "model")
        assert ("service-segments-missing", "warning") in [(one.code, one.severity) for one in found.problems]


def test_a_body_that_ends_within_a_segment_is_cut_and_one_without_its_beginning_is_none() -> None:
    for damaged, code in ((BODY[:-1], "truncated-message"), (BODY.partition("'")[2], "beginning-missing")):
        found = udf.compile_edi(damaged, message_type="SLSRPT")
        assert (found.is_valid, code in [problem.code for problem in found.problems]) == (False, True)


def test_a_type_that_is_no_text_is_a_wrong_type() -> None:
    with pytest.raises(TypeError, match="message_type is int, not str"):
        udf.compile_edi(BODY, message_type=852)  # type: ignore[arg-type]


def test_a_batch_may_come_from_any_iterable() -> None:
    found = udf.compile_batch((text for text in (SALES, ACTIVITY)), iter((SAID, None)))
    assert [one.message_type for one in found] == ["SLSRPT", "852"]
    assert udf.compile_batch([]) == []


ANYTHING = st.text(st.characters(exclude_categories=()), max_size=12) | st.sampled_from(
    [";", ",", "\x00", "\ud800", "UNA:+.? '", "UNA\ud800+.? '", "UNA++++++", "UNB", "'", "~", "004010", "X12"]
)
FIELDS = st.fixed_dictionaries(
    {}, optional={name: ANYTHING for name in outcome.Envelope._fields if name != "is_test"} | {"is_test": st.booleans()}
)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A message in which anything stands somewhere, or anything at all."""
    text = draw(st.sampled_from([SALES, ACTIVITY, ""]))
    start = draw(st.integers(0, len(text)))
    return text[:start] + draw(ANYTHING) + text[draw(st.integers(start, min(len(text), start + 4))) :]


@settings(max_examples=200)
@given(damaged(), FIELDS)
def test_whatever_a_text_and_its_envelope_say_there_is_an_outcome(text: str, said: dict[str, Any]) -> None:
    # Five times: as the model reads it, and as the plans do that have been learnt from it by then.
    found = [udf.compile_edi(text, said), *udf.compile_batch([text] * 4, [outcome.Envelope(**said)] * 4)]
    verdicts = {(one.is_valid, one.is_complete, one.verification_hash) for one in found}
    assert len(verdicts) == 1


@pytest.mark.parametrize("mark", [";", "", "\x00", "\ud800", ".."])
def test_a_decimal_mark_that_is_none_raises_nothing_and_is_no_reason_for_plans(mark: str) -> None:
    found = udf.compile_batch([SALES] * 6, [{"decimal_mark": mark}] * 6)
    assert {(one.is_valid, one.route) for one in found} == {(True, "model")}


@pytest.mark.parametrize("field", ["sender", "recipient", "version"])
def test_an_envelope_of_megabytes_is_refused_whoever_reads_the_message(field: str) -> None:
    plain, large = {"sender": "LONG"}, {"sender": "LONG"} | {field: "x" * 1_000_000}
    found = udf.compile_batch([SALES] * 6, [plain] * 5 + [large])
    assert [one.is_valid for one in found] == [True] * 5 + [False]
    assert [problem.code for problem in found[-1].problems] == ["envelope-unreadable"]


@pytest.mark.parametrize("data", ["UNB+UNOA:1'", None, 5, ["UNB"]])
def test_what_is_split_is_bytes(data: Any) -> None:
    with pytest.raises(TypeError, match=f"data is {type(data).__name__}, not bytes"):
        udf.split_interchange(data)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_of_any_kind_are_split(kind: Any) -> None:
    (found,) = udf.split_interchange(kind(SALES.encode())).messages
    assert "SLSRPT" in found.text
