"""What the reader tolerates, what it repairs, and what it leaves alone."""

import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from udf.edi.delimiters import Delimiters, delimiters_of_una, find_delimiters, find_una, mask_released, unescape
from udf.edi.reader import read_segments
from udf.edi.segments import Segment

SLSRPT = (
    "UNH+1+SLSRPT:D:96A:UN:EAN004'BGM+73E+4711+9'DTM+137:20260105:102'NAD+SU+4000001000005::9'"
    "LOC+162+4000001000012::9'LIN+1++4000001000029:EN'QTY+153:2:PCE'LIN+2++4000001000036:EN'QTY+153:-1:PCE'UNT+10+1'"
)
STOCK_852 = (
    "ST*852*0001~XQ*H*20260104*20260110~N1*ST**92*0118~LIN*1*UP*400000100002~ZA*QS*2*EA~ZA*QA*7*EA~CTT*1~SE*8*0001~"
)


def tags(text: str, delimiters: Delimiters | None = None) -> list[str]:
    return [segment.tag for segment in read_segments(text, delimiters)]


def elements(text: str, tag: str) -> list[list[list[str]]]:
    return [segment.elements for segment in read_segments(text) if segment.tag == tag]


def repaired(text: str) -> list[str]:
    return [segment.raw for segment in read_segments(text) if segment.repaired]


# Delimiters from the message alone


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


# UNA


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


# What is tolerated around and inside segments


def test_a_bom_and_indentation_are_no_part_of_tags() -> None:
    text = "\ufeff" + STOCK_852.replace("~", "~\r\n    ")
    assert tags(text) == tags(STOCK_852)


def test_blanks_before_the_terminator_are_trimmed() -> None:
    assert elements(STOCK_852.replace("EA~", "EA  \r\n~"), "ZA") == elements(STOCK_852, "ZA")


@pytest.mark.parametrize("width", [1, 2, 3, 7, 40, 80])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("text", [SLSRPT, STOCK_852])
def test_lines_may_be_wrapped_at_any_column(text: str, newline: str, width: int) -> None:
    assume_found = find_delimiters(text)
    wrapped = newline.join(text[start : start + width] for start in range(0, len(text), width))
    read = read_segments(wrapped, assume_found)
    assert [segment.tag for segment in read] == tags(text)
    assert [segment.elements for segment in read] == [segment.elements for segment in read_segments(text)]
    assert not any(segment.repaired for segment in read)


@pytest.mark.parametrize("width", [35, 40, 72, 80])
@pytest.mark.parametrize("text", [SLSRPT, STOCK_852])
def test_delimiters_are_found_in_wrapped_lines(text: str, width: int) -> None:
    wrapped = "\r\n".join(text[start : start + width] for start in range(0, len(text), width))
    assert tags(wrapped) == tags(text)


def test_a_missing_last_terminator_loses_nothing() -> None:
    assert tags(SLSRPT[:-1]) == tags(SLSRPT)


def test_empty_segments_and_doubled_terminators_are_no_segments() -> None:
    assert tags(SLSRPT.replace("'", "'' \n'")) == tags(SLSRPT)


def test_lower_case_tags_come_back_in_upper_case() -> None:
    assert tags(SLSRPT.lower()) == tags(SLSRPT)


def test_trailing_empty_elements_and_components_are_kept() -> None:
    assert elements("UNH+1+SLSRPT:D:96A:UN'PRI+AAA:2::'NAD+SU+++'", "PRI") == [[["AAA", "2", "", ""]]]
    assert elements("UNH+1+SLSRPT:D:96A:UN'PRI+AAA:2::'NAD+SU+++'", "NAD") == [[["SU"], [""], [""], [""]]]


def test_a_segment_nobody_knows_is_kept() -> None:
    assert tags("UNH+1+SLSRPT:D:96A:UN'???'XYZ+1'hello world'BGM+1'UNT+1+1'") == [
        "UNH",
        "???'XYZ",
        "HELLO WORLD",
        "BGM",
        "UNT",
    ]


def test_explicit_nesting_is_no_part_of_a_tag() -> None:
    assert tags("UNH+1+SLSRPT:D:96A:UN'LIN:1+1++4:EN'") == ["UNH", "LIN"]


# The release character


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ("A?+B", "A+B"),
        ("A?:B", "A:B"),
        ("A?'B", "A'B"),
        ("A??", "A?"),
        ("???'??", "?'?"),
        ("A?B", "AB"),
        ("?\r\n+B", "+B"),
        ("A?? ", "A?"),
        ("??+", "?"),
    ],
)
def test_the_release_character_releases_the_next_one(sent: str, value: str) -> None:
    assert elements(SLSRPT.replace("4711", sent), "BGM")[0][1] == [value]


def test_a_lone_release_character_at_the_very_end_stays() -> None:
    assert read_segments("UNH+1+SLSRPT:D:96A:UN'BGM+WHAT?")[-1].elements == [["WHAT?"]]


def test_a_question_mark_at_the_end_of_a_line_releases_no_line_end() -> None:
    text = SLSRPT.replace("'", "\n").replace("4711+9", "WHAT?")
    assert tags(text) == tags(SLSRPT)
    assert elements(text, "BGM") == [[["73E"], ["WHAT?"]]]


def test_private_use_characters_in_the_text_survive() -> None:
    text = SLSRPT.replace("4711", "\ue000?+\ue001")
    assert elements(text, "BGM")[0][1] == ["\ue000+\ue001"]


# Lost terminators


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("REF~ZZ~ASIAQTY~17~403.32~FT*", ["REF~ZZ~ASIA", "QTY~17~403.32~FT"]),
        ("QTY~17~7280~FTCTT~5*SE~3~0001*", ["QTY~17~7280~FT", "CTT~5"]),
    ],
)
def test_merged_x12_segments_are_parted(text: str, pieces: list[str]) -> None:
    assert repaired("ST~846~0001*BIA~00~DM~1~20260101*LIN~1~UP~4*REF~ZZ~ASIA*" + text) == pieces


@pytest.mark.parametrize(
    "lost",
    [
        "QTY+153:2:PCE'LIN+2",
        "4000001000029:EN'QTY+153",
        "9'DTM+137",
        "102'NAD+SU",
        "::9'LOC+162",
        "UN:EAN004'BGM",
        "PCE'UNT",
    ],
)
@pytest.mark.parametrize("instead", ["", "\n", "\r\n", '"', "´"])
def test_each_lost_terminator_of_a_sales_report_is_put_back(lost: str, instead: str) -> None:
    damaged = SLSRPT.replace(lost, lost.replace("'", instead), 1)
    read = read_segments(damaged)
    assert [segment.tag for segment in read] == tags(SLSRPT)
    assert [segment.elements for segment in read] == [segment.elements for segment in read_segments(SLSRPT)]
    assert sum(segment.repaired for segment in read) == 2


def test_a_lost_terminator_before_unt_is_put_back_inside_an_interchange() -> None:
    text = "UNB+UNOA:1+A+B+260105:0559+1'" + SLSRPT.replace("PCE'UNT", "PCEUNT") + "UNZ+1+1'"
    assert tags(text) == ["UNB", *tags(SLSRPT), "UNZ"]


@pytest.mark.parametrize("lost", ["0118~LIN", "400000100002~ZA", "EA~ZA", "EA~CTT", "CTT*1~SE", "20260110~N1"])
@pytest.mark.parametrize("instead", ["", "\n", "^"])
def test_each_lost_terminator_of_an_852_is_put_back(lost: str, instead: str) -> None:
    read = read_segments(STOCK_852.replace(lost, lost.replace("~", instead), 1))
    assert [segment.tag for segment in read] == tags(STOCK_852)
    assert [segment.elements for segment in read] == [segment.elements for segment in read_segments(STOCK_852)]
    assert sum(segment.repaired for segment in read) == 2


@pytest.mark.parametrize(
    "segment",
    [
        "NAD+BY+4000001000005::9++MERLIN+5+KOELN",
        "NAD+BY+4000001000005::9++BLOC+5+CITY",
        "NAD+BY+4000001000005::9++BLOC+5+12345678+CITY",
        "NAD+BY+4000001000005::9++MERLIN+5",
        "NAD+BY+4000001000005::9++SMITH AND COLIN+STREET 5+CITY",
        "FTX+AAI+++SPECIAL DISCOUNT+5+1",
        "FTX+AAI+++THE SHOP AT LOC+162",
        "IMD+F++:::GIN AND VIRGIN+BJ",
        "IMD+F++:::QTY 5 LIN 3",
        "PIA+1+BASEQTY:SA",
        "RFF+DQ:QTY",
    ],
)
def test_free_text_of_edifact_is_not_torn(segment: str) -> None:
    text = SLSRPT.replace("LOC+162", segment + "'LOC+162", 1)
    assert repaired(text) == []
    assert segment in [found.raw for found in read_segments(text)]


@pytest.mark.parametrize(
    "segment",
    [
        "N1*ST*PIZZA*92*0118",
        "N1*ST*CHEESE*92*0001",
        "N1*ST*APPLE*92*0118",
        "N1*ST*PASSION FRUIT*UL*4000001000005",
        "N1*ST*ZOLLAMT*92*0118",
        "N1*SU*BOSCH*92*AB*",
        "N1*SU*COLUMBIA*92*AB*",
        "N1*SU*MERCUR*ZZ*ABC",
        "N1*ST*BERLIN*92*UP*X",
        "N1*ST*KREF*92*0118",
        "N1*ST*CITY AN1*92*0118",
        "N1*SE*SELLER*92*7731",
        "PID*F****MERLIN*5",
        "PID*F****LIN QTY SDQ ZA",
        "REF*IA*DISCOUNTCTT*5*1*A",
        "LS*REF",
        "MSG*THE ZA*QUANTITY",
    ],
)
def test_free_text_of_x12_is_not_torn(segment: str) -> None:
    text = STOCK_852.replace("N1*ST", segment + "~N1*ST", 1)
    assert repaired(text) == []
    assert segment in [found.raw for found in read_segments(text)]


# Spans


def test_spans_are_offsets_in_the_given_text() -> None:
    text = "\ufeffUNA:+.? '\r\n" + SLSRPT.replace("'", "'\r\n").replace("4711", " A?+B ")
    bgm = next(segment for segment in read_segments(text) if segment.tag == "BGM")
    start, end = bgm.component_span(1)
    assert text[start:end] == "A?+B"
    assert text[bgm.start : bgm.end] == "BGM+73E+ A?+B +9"
    assert bgm.value(1) == "A+B"
    assert bgm.value(7, 7) == ""
    with pytest.raises(IndexError):
        bgm.component_span(7)


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
VALUE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=12) | st.text(
    st.sampled_from("A1 +:'?*~\\=>|.ü\ue000"), max_size=8
)


def escaped(value: str, delimiters: Delimiters) -> str:
    special = delimiters.segment + delimiters.element + delimiters.component
    if delimiters.release is None:
        return "".join(character for character in value if character not in special)
    return "".join(
        delimiters.release + character if character in special + delimiters.release else character
        for character in value
    )


@st.composite
def messages(draw: st.DrawFn) -> tuple[str, Delimiters, list[tuple[str, list[list[str]]]]]:
    """Text, delimiters, and what must be read from it; terminators and wraps drawn."""
    delimiters = draw(DELIMITERS)
    content = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["QTY", "LIN", "NAD", "ZA", "XYZ"]), st.lists(st.lists(VALUE, min_size=1, max_size=4))
            ),
            min_size=1,
            max_size=6,
        )
    )
    raws = []
    expected = []
    for tag, fields in content:
        sent = [[escaped(value, delimiters) for value in field] for field in fields]
        raws.append(delimiters.element.join([tag, *(delimiters.component.join(field) for field in sent)]))
        values = [[unescape(value, delimiters.release).strip(delimiters.blanks) for value in field] for field in sent]
        expected.append((tag, values))
    between = delimiters.segment + draw(
        st.sampled_from(["", "\n", "\r\n  "]) if delimiters.segment != "\n" else st.just("")
    )
    text = between.join(raws) + draw(st.sampled_from(["", between]))
    if delimiters.segment != "\n" and draw(st.booleans()):
        for place in sorted(draw(st.lists(st.integers(0, len(text)), max_size=4)), reverse=True):
            text = text[:place] + draw(st.sampled_from(["\n", "\r\n"])) + text[place:]
    return text, delimiters, expected


@given(messages())
@settings(max_examples=150, deadline=None)
def test_what_was_written_is_read(message: tuple[str, Delimiters, list[tuple[str, list[list[str]]]]]) -> None:
    text, delimiters, expected = message
    read = read_segments(text, delimiters)
    assume(not any(segment.repaired for segment in read))
    assert [(segment.tag, segment.elements) for segment in read] == expected


@given(messages())
@settings(max_examples=150, deadline=None)
def test_every_span_holds_its_value(message: tuple[str, Delimiters, list[tuple[str, list[list[str]]]]]) -> None:
    text, delimiters, _ = message
    check_spans(text, read_segments(text, delimiters), delimiters)


def check_spans(text: str, read: list[Segment], delimiters: Delimiters) -> None:
    last = 0
    for segment in read:
        assert last <= segment.start < segment.end <= len(text)
        last = segment.end
        for position, components in enumerate(segment.elements):
            for place, value in enumerate(components):
                start, end = segment.component_span(position, place)
                assert segment.start <= start <= end <= segment.end
                assert unescape(text[start:end], delimiters.release).strip(delimiters.blanks) == value


NOISE = st.text(st.sampled_from("UNHSTQLIBGMZA1+:'?*~\\ \r\n\ufeff\x1d\x1f."), max_size=120) | st.text(max_size=60)


@given(NOISE, st.sampled_from(["", "UNA:+.? '", "UNH+1+SLSRPT:D:96A:UN'", "ST*852*0001~", "UNB+UNOA:1+", "ISA*00*"]))
@settings(max_examples=200, deadline=None)
def test_no_text_raises_and_all_spans_hold(noise: str, head: str) -> None:
    text = head + noise
    delimiters = find_delimiters(text)
    if delimiters is not None:
        check_spans(text, read_segments(text), delimiters)


@given(st.integers(0, len(SLSRPT)), st.integers(0, len(SLSRPT)), st.text("+:'?QTYLIN1\n", max_size=4))
@settings(max_examples=150, deadline=None)
def test_a_damaged_message_never_raises(left: int, right: int, inserted: str) -> None:
    text = SLSRPT[: min(left, right)] + inserted + SLSRPT[max(left, right) :]
    delimiters = find_delimiters(text)
    if delimiters is not None:
        check_spans(text, read_segments(text, delimiters), delimiters)


@given(st.text("A?'+\n\r", max_size=30), DELIMITERS)
def test_masking_keeps_every_offset(text: str, delimiters: Delimiters) -> None:
    assert len(mask_released(text, delimiters)) == len(text)


# Size


@pytest.mark.parametrize(
    "text",
    [
        "UNH+1+SLSRPT:D:96A:UN'" + "QTY+153:1'" * 20_000,
        "UNH+1+SLSRPT:D:96A:UN'" + " " * 200_000 + "x",
        "UNH+1+SLSRPT:D:96A:UN'NAD+SU" + "\n" * 200_000 + "x",
        "UNH+1+SLSRPT:D:96A:UN'FTX+" + "??" * 40_000,
        "UNH+1+SLSRPT:D:96A:UN'" + "A+" * 40_000,
        "UNH+1+SLSRPT:D:96A:UN'XUNT+1+1" + " " * 200_000 + "x",
        "UNH+1+SLSRPT:D:96A:UN'QTY+1:2" + "\n \t" * 200_000 + "QTY+",
        "ST*852*0001~N1*ST*" + "XN1*ST*" * 40_000,
        "ST*852*0001~" + "XSE*1*" + "1 " * 40_000,
        "\0" * 200_000,
        "UNH" * 200_000,
        "UNH+" * 50_000,
        "ST*" * 200_000,
        "x" * 200_000,
        "UNA" + " " * 200_000 + "UNB+",
    ],
    ids=lambda text: repr(text[:40]),
)
def test_reading_takes_time_in_proportion_to_size(text: str) -> None:
    started = time.process_time()
    for segment in read_segments(text):
        if segment.elements:
            segment.component_span(0)
    assert time.process_time() - started < 5.0


@pytest.mark.parametrize("number", ["SSOQYRB2OPTD", "FRUIT", "ABN1", "XQTY", "GRAMREF", "ALAMT", "BERLIN", "PIZZA"])
def test_an_item_number_that_ends_like_a_tag_is_not_torn(number: str) -> None:
    text = f"ST*846*0001~LIN*1*VC*{number}*BP*DZ4WYN*UP*012345678905~QTY*17*5*EA~SE*4*0001~"
    segments = read_segments(text)
    assert [segment.tag for segment in segments] == ["ST", "LIN", "QTY", "SE"]
    assert segments[1].value(2) == number
    assert not any(segment.repaired for segment in segments)


@pytest.mark.parametrize("lost", range(8))
def test_a_terminator_lost_before_a_line_end_is_put_back_where_each_segment_has_its_own_line(lost: int) -> None:
    rows = "ST*852*0001 XQ*H*20260101 N9*MR*DDN2 N9*CR*YHMV N1*TO**UL*8384 LIN*1*VN*55 ZA*QS*5*EA SE*8*0001".split(" ")
    text = "".join(row + ("\r\n" if n == lost else "~\r\n") for n, row in enumerate(rows))
    assert [segment.raw for segment in read_segments(text)] == rows


def test_a_line_that_merely_wraps_before_a_tag_like_value_is_not_parted() -> None:
    rows = [f"LIN*{n}*VN*55~ZA*QS*{n}*EA~" for n in range(9)]
    text = "ST*852*0001~XQ*H*20260101~N1*TO*SHOP\r\nN9*92*1~" + "".join(rows) + "SE*22*0001~"
    assert [segment.tag for segment in read_segments(text)][:4] == ["ST", "XQ", "N1", "LIN"]


def test_the_head_of_a_message_may_be_wrapped_within_its_type() -> None:
    segments = read_segments("UNH\x1d1\x1dSL\r\nSRPT\x1fD\x1f96A\x1fUN\x1cBGM\x1d73E\x1d1\x1cUNT\x1d3\x1d1\x1c")
    assert segments[0].elements == [["1"], ["SLSRPT", "D", "96A", "UN"]]


def test_a_value_like_a_tag_behind_a_wrap_does_not_make_the_newline_the_terminator_of_tags_in_lower_case() -> None:
    text = "st*852*0001^xq*H*20260101^n1*TO*SHOP\r\nSE*92*1^lin*1*VN*55^za*QS*5*EA^se*6*0001^"
    assert [segment.tag for segment in read_segments(text)] == ["ST", "XQ", "N1", "LIN", "ZA", "SE"]
