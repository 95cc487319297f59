"""The characters that structure a message are found in the message alone, and believed of a UNA that fits it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.interchanges import SLSRPT, STOCK_852, elements, tags
from udf.edi.delimiters import Delimiters, delimiters_of_una, find_delimiters, find_una, mask_released
from udf.edi.reader import read_segments


def test_the_usual_edifact_delimiters_are_found_without_una() -> None:
    assert find_delimiters(SLSRPT) == Delimiters("EDIFACT", "'", "+", ":", "?")


@pytest.mark.parametrize("terminator", ["'", "~", "\n", "\r\n", "\r", "\x1c", "…", "!", "'\r\n", "' \n"])
def test_any_terminator_is_found_in_an_edifact_message(terminator: str) -> None:
    assert tags(SLSRPT.replace("'", terminator)) == tags(SLSRPT)
    assert elements(SLSRPT.replace("'", terminator), "QTY") == elements(SLSRPT, "QTY")


@pytest.mark.parametrize(
    "terminator", ["~", "^", "}", "?", "|", "\n", "\r\n", "\r", "\x15", "\x1d", "…", "~\r\n", "\x85"]
)
def test_any_terminator_is_found_in_an_x12_message(terminator: str) -> None:
    assert tags(STOCK_852.replace("~", terminator)) == tags(STOCK_852)
    assert elements(STOCK_852.replace("~", terminator), "ZA") == elements(STOCK_852, "ZA")


@pytest.mark.parametrize(
    ("element", "terminator"), [("|", "~"), ("~", "*"), ("^", "~"), ("\x7f", "\x15"), ("\x1d", "\x1c")]
)
def test_any_element_separator_is_found_in_an_x12_message(element: str, terminator: str) -> None:
    text = STOCK_852.replace("~", "\0").replace("*", element).replace("\0", terminator)
    assert elements(text, "XQ") == [[["H"], ["20260104"], ["20260110"]]]


def test_control_characters_of_unob_are_found() -> None:
    text = SLSRPT.replace("+", "\x1d").replace(":", "\x1f").replace("'", "\x1c")
    assert find_delimiters(text) == Delimiters("EDIFACT", "\x1c", "\x1d", "\x1f", "?")
    assert tags(text) == tags(SLSRPT)


def test_a_message_without_a_version_is_read() -> None:
    assert tags("UNH+1+SLSRPT~BGM+73E+1+9~LIN+1++4:EN~") == ["UNH", "BGM", "LIN"]


def test_a_message_cut_off_after_its_head_is_read() -> None:
    assert tags("UNH+1+SLSRPT:D:96A:UN'") == ["UNH"]
    assert tags("ST*852*0001~") == ["ST"]
    assert tags("ST*852*0001") == ["ST"]


def test_lines_without_a_head_are_read() -> None:
    assert tags("LIN+1++4000001000029:EN'QTY+145:3:PCE'") == ["LIN", "QTY"]
    assert tags("LIN*1*UP*400000100002\nQTY*17*3*EA\n") == ["LIN", "QTY"]
    assert find_delimiters("NAD+ST+123::9'LIN+1'") == Delimiters("EDIFACT", "'", "+", ":", "?")


def test_an_x12_message_alone_has_no_component_separator() -> None:
    text = STOCK_852.replace("N1*ST**92", "N1*ST*A: B>C^D*92")
    assert elements(text, "N1") == [[["ST"], ["A: B>C^D"], ["92"], ["0118"]]]


@pytest.mark.parametrize("segment", ["QTY*QH*100*EA>1", "qty*QH*100*ea>1", "UIT*EA>1", "UIT*EA^1*2.50"])
def test_a_unit_with_its_exponent_names_the_component_separator(segment: str) -> None:
    # 004010 C001: 355, 1018
    mark = segment[segment.upper().index("EA") + 2]
    found = find_delimiters(f"ST*846*0001~LIN**VP*A>B^C~{segment}~SE*4*0001~")
    assert found is not None
    assert found.component == mark
    plain = find_delimiters(f"ST*846*0001~LIN**VP*EA>1~{segment.replace(mark, '*')}~SE*4*0001~")
    assert plain is not None
    assert plain.component == "\x1f"


def test_isa_names_the_component_and_repetition_separators() -> None:
    isa = "ISA*00*          *00*          *ZZ*SENDER*ZZ*RECEIVER*260111*0800*^*00501*000000001*0*P*>~GS*PD*A*B~"
    assert find_delimiters(isa + STOCK_852) == Delimiters("X12", "~", "*", ">", None, "^")


def test_no_delimiters_are_found_in_rubbish() -> None:
    for text in [
        "",
        "   ",
        "hello world",
        "STX=ANA:1+X'MHD=1+ORDERS:9'",
        "{}",
        "item;qty\n1;2\n",
        "\0\0",
        "UNH",
        "ST",
        "ISA",
    ]:
        assert find_delimiters(text) is None
        assert read_segments(text) == []


@pytest.mark.parametrize("width", [35, 40, 72, 80])
@pytest.mark.parametrize("text", [SLSRPT, STOCK_852])
def test_delimiters_are_found_in_wrapped_lines(text: str, width: int) -> None:
    wrapped = "\r\n".join(text[start : start + width] for start in range(0, len(text), width))
    assert tags(wrapped) == tags(text)


def test_the_head_of_a_message_may_be_wrapped_within_its_type() -> None:
    segments = read_segments("UNH\x1d1\x1dSL\r\nSRPT\x1fD\x1f96A\x1fUN\x1cBGM\x1d73E\x1d1\x1cUNT\x1d3\x1d1\x1c")
    assert segments[0].elements == [["1"], ["SLSRPT", "D", "96A", "UN"]]


def test_a_value_like_a_tag_behind_a_wrap_does_not_make_the_newline_the_terminator_of_tags_in_lower_case() -> None:
    text = "st*852*0001^xq*H*20260101^n1*TO*SHOP\r\nSE*92*1^lin*1*VN*55^za*QS*5*EA^se*6*0001^"
    assert [segment.tag for segment in read_segments(text)] == ["ST", "XQ", "N1", "LIN", "ZA", "SE"]


@pytest.mark.parametrize("una", ["UNA:+.? '", "UNA:+,? '\r\n", "\ufeffUNA:+.? '\n", "UNA:+.?*'"])
def test_una_is_believed(una: str) -> None:
    assert tags(una + SLSRPT) == tags(SLSRPT)
    assert find_delimiters(una + SLSRPT) == delimiters_of_una(find_una(una + SLSRPT) or "")


def test_una_announces_the_decimal_mark_and_the_repetition_separator() -> None:
    found = delimiters_of_una("UNA:+,?*'")
    assert found is not None
    assert (found.decimal, found.repetition, found.release) == (",", "*", "?")


def test_una_with_a_blank_release_has_none() -> None:
    text = "UNA:+.  '" + SLSRPT.replace("4711", "WHAT?")
    assert elements(text, "BGM") == [[["73E"], ["WHAT?"], ["9"]]]


def test_una_of_five_characters_is_understood() -> None:
    assert find_una("UNA:+.?'" + SLSRPT) == "UNA:+.?'"
    assert tags("UNA:+.?'" + SLSRPT) == tags(SLSRPT)


def test_una_that_ends_in_a_newline_is_understood() -> None:
    text = "UNA:+.? \n" + SLSRPT.replace("'", "\n")
    assert find_una(text) == "UNA:+.? \n"
    assert tags(text) == tags(SLSRPT)


@pytest.mark.parametrize("una", ["UNA+:.? '", "UNAxxxxxx", "UNA~~~~~~", "UNA*|.? $", "'UNA:+.? '", "\"UNA:+.? '"])
def test_a_garbled_una_does_no_harm(una: str) -> None:
    assert tags(una + SLSRPT)[-10:] == tags(SLSRPT)
    assert elements(una + SLSRPT, "QTY") == elements(SLSRPT, "QTY")


def test_una_of_the_envelope_is_used_where_the_message_agrees() -> None:
    text = "UNH*1*SLSRPT=D=96A=UN~BGM*73E*A\\*B~"
    found = find_delimiters(text, "UNA=*.\\ ~")
    assert found is not None
    assert [segment.elements for segment in read_segments(text, found)][1] == [["73E"], ["A*B"]]
    assert find_delimiters(SLSRPT, "UNA=*.\\ ~") == find_delimiters(SLSRPT)


def test_a_question_mark_at_the_end_of_a_line_releases_no_line_end() -> None:
    text = SLSRPT.replace("'", "\n").replace("4711+9", "WHAT?")
    assert tags(text) == tags(SLSRPT)
    assert elements(text, "BGM") == [[["73E"], ["WHAT?"]]]


def test_private_use_characters_in_the_text_survive() -> None:
    text = SLSRPT.replace("4711", "\ue000?+\ue001")
    assert elements(text, "BGM")[0][1] == ["\ue000+\ue001"]


DELIMITERS = st.sampled_from(
    [
        Delimiters("EDIFACT", "'", "+", ":", "?"),
        Delimiters("EDIFACT", "\n", "+", ":", "?"),
        Delimiters("EDIFACT", "~", "*", "=", "\\"),
        Delimiters("EDIFACT", "\x1c", "\x1d", "\x1f", None),
        Delimiters("EDIFACT", "'", "+", ":", None),
        Delimiters("X12", "~", "*", ">", None),
        Delimiters("X12", "\n", "|", "\x1f", None),
        Delimiters("X12", "*", "~", ">", None),
        Delimiters("X12", "…", "*", ":", None),
    ]
)


@given(st.text("A?'+\n\r", max_size=30), DELIMITERS)
def test_masking_keeps_every_offset(text: str, delimiters: Delimiters) -> None:
    assert len(mask_released(text, delimiters)) == len(text)
