"""Lost terminators are put back where tag and shape prove them, and nothing else is parted."""

import pytest

from tests.interchanges import SLSRPT, STOCK_852, repaired, tags
from udf.edi.reader import read_segments


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


def report(place: str, count: int) -> str:
    return f"UNH+1+SLSRPT:D:96A:UN'BGM+73E+S1+9'LOC+162+{place}'LIN+1++4006381333931:EN'QTY+153:5:PCE'UNT+{count}+1'"


@pytest.mark.parametrize("name", ["BERLIN", "MERLIN", "KOELLIN"])
def test_a_name_that_ends_like_a_tag_is_not_parted(name: str) -> None:
    """LOC+162+BERLIN+12: BERLIN, then a code; whatever is counted."""
    for count in (6, 7):
        loc = next(segment for segment in read_segments(report(f"{name}+12", count)) if segment.tag == "LOC")
        assert loc.value(1) == name


def test_what_a_count_states_as_it_was_sent_is_left_as_it_was_sent() -> None:
    joined = report("S1LIN+1++4006381333948:EN", 6)
    assert [segment.tag for segment in read_segments(joined)].count("LIN") == 1
    assert [segment.tag for segment in read_segments(joined.replace("UNT+6", "UNT+7"))].count("LIN") == 2
