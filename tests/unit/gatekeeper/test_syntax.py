"""The form of segments, both ways: odd but sound ones pass, and those that lost or doubled a separator are refused."""

import pytest

from tests.small_messages import WEEK, activity, inventory, message, resale, sales
from udf.train.attack.rules_engine import compile_by_rules

A = "4006381333931"
LIN, UP = f"LIN+1++{A}:EN", "LIN*1*UP*036000291452"


def errors(text: str) -> set[str]:
    return {problem.code for problem in compile_by_rules(text).problems if problem.severity == "error"}


SOUND = {
    "a place with an internal code list": sales(f"{LIN} QTY+153:1 LOC+27+DE:162:5"),
    "a place with its name behind the code list": message(
        "SLSRPT", f"BGM+73E+S1+9 {WEEK} LOC+162+S1:ZZ:92:Main_street {LIN} QTY+153:1"
    ),
    "a party of no concern without its code list": message("852", f"XQ*H*20260101 N1*SU**1 {UP} ZA*QS*5*EA"),
    "a party of a role that no list has": message("852", f"XQ*H*20260101 N1*7Q*MAIN*92*002 {UP} ZA*QS*5*EA"),
    "a store that is called like a role": message("852", f"XQ*H*20260101 N1*ST*SU*92*002 {UP} ZA*QS*5*EA"),
    "a store with an entity behind it": message("852", f"XQ*H*20260101 N1*ST*MAIN*92*0012*CK*ST {UP} ZA*QS*5*EA"),
    "a vendor's number like a type": activity("LIN*1*IN*VN*BP*V-1 ZA*QS*5*EA"),
    "a store with its name alone": message("852", f"XQ*H*20260101 N1*ST*STORE_12 {UP} ZA*QS*5*EA"),
    "an item in the second element": sales(f"LIN+1+{A}:EN QTY+153:1"),
    "an item in PIA behind an action code": sales(f"LIN+1+5 PIA+5+{A}:EN QTY+153:1"),
    "an item without a type": sales(f"LIN+1++{A} QTY+153:1"),
    "an item whose type no list has": activity("LIN*1*QQ*AB1 ZA*QS*5*EA"),
    "an item of a few letters that is no type": sales("LIN+1++TEA QTY+153:1"),
    "a store with a code list that no table has": message("852", f"XQ*H*20260101 N1*ST**QQ*0012 {UP} ZA*QS*5*EA"),
    "an item that ends like a type": sales("LIN+1++BROKEN QTY+153:1"),
    "quantities in elements of their own": sales(f"{LIN} QTY+153+12+PCE"),
    "a type of item without a value": activity("LIN*1*UP*036000291452*VN ZA*QS*5*EA"),
    "a price for a hundred": sales(f"{LIN} QTY+153:1 PRI+AAA:9.99::RTP:100:PCE"),
    "a price that is not stated": sales(f"{LIN} PRI+AAA::DIS QTY+153:1"),  # D.96A C509: 5118 is conditional
    "a price with its class and unit": activity(f"{UP} CTP*RS*RTL*9.99*1*EA ZA*QS*5*EA"),
    "an activity with its own date": activity(f"{UP} ZA*QS*5*EA*007*20260103"),
    "a report with a number": message("852", f"XQ*H*20260101**R1 {UP} ZA*QS*5*EA"),
    "a range of dates": message(
        "867", f"BPT*00*R1*20260108 DTM*090****RD8*20260101-20260107 QTY*32*5*EA {UP}"
    ),
    "a date in its own form": inventory(f"{UP} DTM*184****D8*20260107 QTY*33*5*EA"),  # 004010 DTM05 and 06
    "a segment that nobody knows": sales(f"{LIN} ZZZ+A+B QTY+153:1"),
    "a segment of two letters that a partner invented": activity(f"{UP} ZA*QS*5*EA ZZ*QUITE*OWN"),
    "a neighbour of a known tag that the directory has": activity(f"{UP} ZA*QS*5*EA DTP*ABC"),
    "an explicit nesting of the tag": sales(f"LIN:1+1++{A}:EN QTY+153:1"),
}  # fmt: skip


@pytest.mark.parametrize("form", SOUND)
def test_odd_but_sound_segments_pass(form: str) -> None:
    assert compile_by_rules(SOUND[form]).is_complete, errors(SOUND[form])


MALFORMED = {
    # 235 and 7143 have VP and SA, and no P-1: item and type changed places, whatever their length
    "a short item and its type changed places in X12": inventory("LIN*1*P-1*VP QTY*33*5*EA"),
    "a short item and its type changed places": sales("LIN+1++SA:P-1 QTY+153:1"),
    "a number stands where the code list of a place does": message(
        "852", f"XQ*H*20260101 N1*ST*A*104*93 {UP} ZA*QS*5*EA"
    ),
    # 004010: element 355 has two characters, and 66 has no code EA
    "unit and code list of a split changed places": activity(f"{UP} ZA*QS SDQ*92*EA*0003*2"),
    "unit and date code of an activity changed places": activity(f"{UP} ZA*QA*20*184*EA*20240512"),
    "a sub-line's number stands where the item does": sales(f"{LIN} QTY+153:1 LIN+2++1:7 PIA+5+AB1:SA QTY+153:1"),
    "a sub-line's number moved on": sales(f"{LIN} QTY+153:1 LIN+2++++1:7 PIA+5+AB1:SA QTY+153:1"),
    "a type of the next pair stands where an item does": inventory("LIN*1*IN*VN*B-1*V-1 QTY*33*5*EA"),
    "an item is lost before the next type": inventory("LIN**BP*38490-B*VN*ZZ*TX QTY*33*5*EA"),
    "name, code list and store moved on": message("852", f"XQ*H*20260101 N1*RL**MAIN*92*001 {UP} ZA*QS*5*EA"),
    "a short name, code list and store moved on": message("852", f"XQ*H*20260101 N1*RL**S*92*001 {UP} ZA*QS*5*EA"),
    "role and name of a store changed places": message(
        "852", f"XQ*H*20260101 N1*BY*HQ*92*900 N1*B*ST*92*002 {UP} ZA*QS*5*EA"
    ),
    "a GTIN is emptied and its type stands": inventory("LIN*1*UP**VN*PROD-001 QTY*33*5*EA"),
    "the separator behind a date's code is lost": message(
        "SLSRPT", f"BGM+73E+S1+9 DTM+9020260101:102 DTM+91:20260107:102 {LIN} QTY+153:1"
    ),
    "date and code changed places": message("SLSRPT", f"BGM+73E+S1+9 DTM+20260101:356:102 {LIN} QTY+153:1"),
    "date and code changed places in X12": inventory(f"DTM*20260101*007 {UP} QTY*33*5*EA"),
    "the separator before a date is doubled": message("SLSRPT", f"BGM+73E+S1+9 DTM++356:20260101:102 {LIN} QTY+153:1"),
    "party and role changed places": message("INVRPT", f"BGM+35+I1+9 NAD+4012345000016+SN {LIN} QTY+145:1"),
    "a party has no role": message("INVRPT", f"BGM+35+I1+9 NAD++SN+4012345000016 {LIN} QTY+145:1"),
    "the role of a party is glued to it": message("INVRPT", f"BGM+35+I1+9 NAD+SN4012345000016 {LIN} QTY+145:1"),
    "the separator before a store's code list is doubled": message(
        "INVRPT", f"BGM+35+I1+9 NAD+SN+4012345000016:::9 {LIN} QTY+145:1"
    ),
    "code list and store changed places": message("852", f"XQ*H*20260101 N1*ST**0012*92 {UP} ZA*QS*5*EA"),
    "the code list of a buyer's store changed places with it": message(
        "852", f"XQ*H*20260101 N1*BY**3244*92 {UP} ZA*QS*5*EA"
    ),
    "a separator before a store is lost": message("852", f"XQ*H*20260101 N1*ST*92*0012 {UP} ZA*QS*5*EA"),
    "a separator before a store is doubled": message("852", f"XQ*H*20260101 N1*ST*MAIN**92*12 {UP} ZA*QS*5*EA"),
    "a second identifier lost its type": activity("LIN*1*UP*036000291452**AB1 ZA*QS*5*EA"),
    "a value stands where a type does": activity("LIN*1*UP*036000291452VN*AB12*SK*77 ZA*QS*5*EA"),
    "item and type changed places beside another": sales(f"LIN+1++EN:{A} PIA+5+AB1:SA QTY+153:1"),
    "the separator before an item's type is doubled": sales(f"LIN+1++{A}::EN QTY+153:1"),
    "the separator before an item's type is lost": sales(f"LIN+1++{A}EN QTY+153:1"),
    "the separator before an additional item's type is lost": sales(f"{LIN} PIA+5+AB1SA QTY+153:1"),
    "the action code moved to the item": sales(f"LIN+1++5+{A}:EN QTY+153:1"),
    "the separator before a unit is doubled": sales(f"{LIN} QTY+153:1::PCE"),
    "a price's code is glued to it": sales(f"{LIN} PRI+AAA9.99 QTY+153:1"),
    "the separator before a price's code is doubled": sales(f"{LIN} PRI++AAA:9.99 QTY+153:1"),
    "the separator before a price is doubled": sales(f"{LIN} PRI+AAA::9 QTY+153:1"),
    "the separator before a kind of price is doubled": sales(f"{LIN} PRI+AAA:9.99:::RTP QTY+153:1"),
    "the class of a price is lost with its separator": activity(f"{UP} CTP*RTL*999 ZA*QS*5*EA"),
    "the separator before a price is doubled in X12": activity(f"{UP} CTP**RTL**9.99 ZA*QS*5*EA"),
    "the separator before a price's unit is lost": activity(f"{UP} CTP**RTL*9.99*EA ZA*QS*5*EA"),
    "the separator before an activity's date is doubled": activity(f"{UP} ZA*QS*5*EA**007*20260103"),
    "the separator before a period is doubled": message("852", f"XQ*H**20260101*20260107 {UP} ZA*QS*5*EA"),
    "the end of a period moved on": message("852", f"XQ*H*20260101**20260107 {UP} ZA*QS*5*EA"),
    "the end of a period of six digits moved on": message("852", f"XQ*H*260101**260107 {UP} ZA*QS*5*EA"),
    "the number of a document is glued to its code list": message("SLSRPT", f"BGM+73::9R2026+9 {LIN} QTY+153:1"),
    "the separator before a total is doubled": inventory(f"{UP} QTY*33**5*EA SCH*5*EA*ST*0001"),
    "the separator before a date is doubled in X12": inventory(f"DTM*007**20260107 {UP} QTY*33*5*EA"),
    "the separator before a range is lost": message(
        "867", f"BPT*00*R1*20260108 DTM*090***RD8*20260101-20260107 QTY*32*5*EA {UP}"
    ),
    "the separator before a currency is doubled in X12": activity(f"CUR*SE**USD {UP} ZA*QS*5*EA"),
    "the separator before a unit is doubled in X12": inventory(f"{UP} QTY*33*5**EA"),
    "a line's number is glued to its item": sales(f"LIN+6{A}:EN PIA+1+AB1:IN QTY+153:1"),
    "an action code became the item": sales(f"LIN+1++5 PIA+5+{A}:EN QTY+153:1"),
    "the separator before an action code is doubled": sales(f"LIN+++5+{A} QTY+153:1"),
    "the separator before an item without a type is doubled": sales(f"LIN++5++{A} QTY+153:1"),
    "two identifiers are glued": activity("LIN*3*VP*00593083CG*PSI ZA*QS*5*EA"),
    "the separator before the unit of an activity is doubled": activity(f"{UP} ZA*QS*5**EA*007*20260103"),
    "the number and the date of a report are glued": message("846", f"BIA*00*SI*I120260107 {UP} QTY*33*5*EA"),
    "the number and the date of a resale are glued": message("867", f"BPT*00*R120260108 QTY*32*5*EA {UP}"),
    "the separator before a function is doubled": message("SLSRPT", f"BGM+73E+S1++5 {LIN} QTY+153:1"),
    # 66 has no W1, 235 has two characters in each code, PTD01 is mandatory, and EN is a code of 7143
    "a store of two characters and its code list changed places": message(
        "852", f"XQ*H*20260101 N1*ST*SHOP*W1*92 {UP} ZA*QS*5*EA"
    ),
    "a line's number and the type of its item changed places": activity(
        "LIN*UP*1*036000291452*SK*8612345 ZA*QS*5*EA"
    ),
    "the code of a transfer is lost": resale(f"PTD N1*ST**92*7 QTY*32*5*EA {UP}"),
    # 1229 has three characters at most; 004010 CTP, note C0607: with 648 stands 649
    "the separator before an item without a type is lost, and PIA names another": sales(
        "LIN+1+131083168056 PIA+5+KZ0540:VP QTY+153:1"
    ),
    "the separator before the unit of a price is doubled": activity(f"{UP} CTP*WS*CON*70.9***EA ZA*QS*5*EA"),
    # D.96A LOC: C519 is a place that is related to the one of C517
    "the separator before a place is doubled": message(
        "SLSRPT", f"BGM+73E+S1+9 {WEEK} LOC+11++4012345000016::9 {LIN} QTY+153:1"
    ),
    "an item is lost before its type": sales("LIN+1++EN QTY+153:1"),
    "the separator before a currency is doubled": message("SLSRPT", f"BGM+73E+S1+9 CUX+2::EUR {LIN} QTY+153:1"),
}  # fmt: skip


@pytest.mark.parametrize("damage", MALFORMED)
def test_a_segment_that_lost_its_form_is_refused(damage: str) -> None:
    assert "segment-malformed" in errors(MALFORMED[damage]), errors(MALFORMED[damage])


@pytest.mark.parametrize("sign", ["\u200b", "\u202e", "\xad", "\u2060"])
def test_a_sign_that_nobody_sees_makes_no_second_item_or_place(sign: str) -> None:
    assert "value-invisible" in errors(sales(f"LIN+1++40063{sign}81333931:EN QTY+153:5"))
    assert "value-invisible" in errors(activity(f"LIN*1*UP*0360002{sign}91452 ZA*QS*5*EA"))
    assert "value-invisible" in errors(activity(f"{UP} ZA*QS SDQ*EA*92*01{sign}01*5"))
    assert "value-invisible" not in errors(sales(f"LIN+1++{A}:EN IMD+F++:::Kaf{sign}fee QTY+153:5"))
