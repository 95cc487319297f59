"""What no standard says the meaning of: a store or a period may stand there, and only a person can tell."""

import pytest

from tests.small_messages import message
from udf.message import read_message
from udf.outcome import Envelope
from udf.standards.codes import codes_of
from udf.standards.open_values import find_open_values, find_rival
from udf.standards.reference import Decision, Reference, load_reference


def find(header: str) -> tuple[list[str], list[str]]:
    """The values that look like dates and the others, of the header of a sales report."""
    text = message("SLSRPT", f"BGM+73E+1+9 {header} LIN+1++4006381333931:EN QTY+153:1")
    read = read_message(text, None, load_reference())
    found = find_open_values(read.segments, read.chunks.header.indices, read.setting)
    dates, others = ([read.segments[s].value(e, c) for s, e, c in positions] for positions in found)
    return dates, others


def test_a_reference_under_a_code_of_nobodys_may_be_a_store() -> None:
    assert find("RFF+Z07:0012") == ([], ["0012"])


def test_a_reference_that_the_directory_explains_is_neither_store_nor_date() -> None:
    assert find("RFF+ON:0012 RFF+CT:20260101") == ([], [])


def test_a_day_in_a_segment_of_nobodys_is_a_date_and_so_is_a_range_or_one_with_its_time() -> None:
    assert find("ZPD+A+20260105") == (["20260105"], [])
    assert find("ZPD+A+202601052359") == (["202601052359"], [])
    assert find("ZPD+A+2026010520260111") == (["2026010520260111"], [])


@pytest.mark.parametrize("value", ["20261305", "20260132", "2026010", "X20260105"])
def test_what_is_no_day_of_the_calendar_is_another_value(value: str) -> None:
    assert find(f"RFF+Z07:{value}") == ([], [value])


def test_a_text_is_too_long_for_the_number_of_a_store() -> None:
    assert find(f"ZTX+{'A' * 25}") == ([], ["A" * 25])
    assert find(f"ZTX+{'A' * 26}") == ([], [])


def rival(message_type: str, body: str, name: str, is_nowhere: bool = False) -> str | None:
    """The segment that may state what the lines of a message have by default alone, or nowhere."""
    read = read_message(message(message_type, body), None, load_reference())
    index = find_rival(read.segments, read.chunks, read.setting, name, is_nowhere)
    return None if index is None else read.segments[index].raw


def test_a_reference_that_looks_like_a_day_is_a_rival_of_the_documents_day_unless_it_is_to_a_document() -> None:
    # X12 128: PO is a purchase order, XB one of the numbers that nobody gives to a document
    body = "BIA*00*SI*I1*20260107 N9*{} LIN*1*UP*036000291452 QTY*33*5*EA"
    assert rival("846", body.format("XB*20260105"), "start") == "N9*XB*20260105"
    assert rival("846", body.format("PO*20260105"), "start") is None
    assert rival("846", body.format("XB*0012"), "start") is None


def test_the_number_of_a_reference_is_a_rival_of_a_place_where_no_list_has_its_code() -> None:
    body = "XQ*H*20260101*20260107 N9*{}*0012 LIN*1*UP*036000291452 ZA*QS*5*EA"
    assert {"XB"} < codes_of("128")
    assert "Q9Z" not in codes_of("128")
    assert rival("852", body.format("Q9Z"), "location") == "N9*Q9Z*0012"
    assert rival("852", body.format("XB"), "location") is None


def test_what_stands_in_each_line_is_a_rival_and_what_some_have_is_none() -> None:
    lines = "BGM+73E+1+9 LIN+1++4006381333931:EN ZST+0012 QTY+153:1 LIN+2++4006381333948:EN {} QTY+153:2"
    assert rival("SLSRPT", lines.format("ZST+0013"), "location") == "ZST+0012"
    assert rival("SLSRPT", lines.format("ZSU+0013"), "location") is None


def test_a_word_is_no_place_and_in_an_only_line_neither_is_a_code_with_letters() -> None:
    line = "BGM+73E+1+9 LIN+1++4006381333931:EN {} QTY+153:1"
    assert rival("SLSRPT", line.format("ZST+0012"), "location") == "ZST+0012"
    assert rival("SLSRPT", line.format("ZST+A12"), "location") is None
    assert rival("SLSRPT", "BGM+73E+1+9 ZST+NORTH LIN+1++4006381333931:EN QTY+153:1", "location") is None


def test_where_no_line_has_a_place_a_number_under_any_reference_but_to_documents_may_be_one() -> None:
    # X12 128: YC is a contract of some kind, 71 and 8X say what sort of report it is, IA is the vendor's number
    body = "BIA*00*SI*I1*20260107 N9*{} LIN*1*UP*036000291452 QTY*33*5*EA"
    assert rival("846", body.format("YC*6891472205246"), "location", True) == "N9*YC*6891472205246"
    assert rival("846", body.format("YC*6891472205246"), "location") is None
    for other in ("71*2", "8X*PFG-PROD", "IA*68914"):
        assert rival("846", body.format(other), "location", True) is None


def test_where_no_line_has_a_day_six_digits_of_a_reference_may_be_one() -> None:
    body = "BPT*05*R1*20260107 N9*ZF*{} PTD*SS QTY*32*5*EA LIN*1*UP*036000291452"
    assert rival("867", body.format("260424"), "start", True) == "N9*ZF*260424"
    assert rival("867", body.format("260424"), "start") is None
    assert rival("867", body.format("261324"), "start", True) is None
    stocked = "BGM+35+1+9 DTM+137:20260107:102 RFF+{} LIN+1++4006381333931:EN QTY+145:1"
    assert rival("INVRPT", stocked.format("Z77:260104"), "start", True) == "RFF+Z77:260104"
    assert rival("INVRPT", stocked.format("ON:260104"), "start", True) is None


def test_a_party_whose_role_is_in_no_list_may_be_the_only_place() -> None:
    # D.96A 3035: ZZZ is mutually defined, II the issuer of invoice, ZQ in no list
    body = "BGM+73E+1+9 DTM+356:20260105:102 NAD+{} LIN+1++4006381333931:EN QTY+153:1"
    assert rival("SLSRPT", body.format("ZQ+8636794731091::9"), "location", True) == "NAD+ZQ+8636794731091::9"
    assert rival("SLSRPT", body.format("ZQ"), "location", True) is None
    assert rival("SLSRPT", body.format("II+8636794731091::9"), "location", True) is None


def test_a_row_of_the_partners_own_says_that_a_reference_is_no_place() -> None:
    text = message("852", "XQ*H*20260101*20260107 REF*YC*0040 LIN*1*UP*036000291452 ZA*QS*5*EA")
    row = {"standard": "X12", "segment": "REF", "code": "YC", "is_place": "no"}
    for decisions, expected in (([], "REF*YC*0040"), ([Decision(1, "role", "SHOP", None, row)], None)):
        reference = Reference()
        reference.decide(decisions)
        read = read_message(text, Envelope(sender="SHOP"), reference)
        index = find_rival(read.segments, read.chunks, read.setting, "location", is_nowhere=True)
        assert (None if index is None else read.segments[index].raw) == expected
