"""Tags that no standard has, and those that partners invent."""

import pytest

from tests.small_messages import activity, message, resale, sales, stock
from tests.unit.gatekeeper.test_syntax import LIN, UP, errors
from udf.edi.reader import read_segments
from udf.gatekeeper.tags import find_damaged_tags
from udf.standards.edifact import EDIFACT
from udf.standards.reference import load_reference
from udf.standards.setting import Setting
from udf.standards.x12 import X12

DAMAGED_TAGS = {
    "a letter of QTY": stock(f"{LIN} QTX+145:5 QTY+198:2"),
    "a letter of DTM": message("SLSRPT", f"BGM+73E+S1+9 DTA+356:20260101:102 {LIN} QTY+153:1"),
    "a letter of PRI": sales(f"{LIN} PXI+AAA:9.99 QTY+153:1"),
    "a letter of N1": message("852", f"XQ*H*20260101 X1*ST**92*0012 {UP} ZA*QS*5*EA"),
    "a letter of ZA before a code of the partner's": activity(f"{UP} ZA*QS*5*EA KA*X1*3*EA"),
    "a letter of ZA": activity(f"{UP} ZA*QS*5*EA ZB*QA*3*EA"),
    "the separator behind QTY": stock(f"{LIN} QTY145:5 QTY+198:2"),
    "the separator behind N1": message("852", f"XQ*H*20260101 N1ST**92*0012 {UP} ZA*QS*5*EA"),
    "a letter of SDQ": activity(f"{UP} ZA*QS*5 SDX*EA*92*0001*5"),
    "a letter of the 867's QTY": resale(f"PTD*SS QTY*32*5*EA {UP} PTX*SS QTY*32*6*EA LIN*2*UP*012345678905"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGED_TAGS)
def test_a_tag_that_no_standard_has_is_refused(damage: str) -> None:
    assert "tag-damaged" in errors(DAMAGED_TAGS[damage]), errors(DAMAGED_TAGS[damage])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("UNH+1+SLSRPT:D:96A:UN'QT+153:1'", ["«QT» is no tag: a separator is lost."]),
        ("UNH+1+SLSRPT:D:96A:UN'QTX+153:1'", ["«QTX» is no tag and may be a damaged QTY."]),
        ("UNH+1+SLSRPT:D:96A:UN'ZZZ+153:1'PTY+1'", []),
        ("ST*852*0001~ZB*QS*5~ZB*YOURS*MINE~", ["«ZB» is no tag and may be a damaged ZA."]),
        ("ST*852*0001~TY*33*5~", ["«TY» is no tag and may be a damaged QTY."]),
        ("ST*852*0001~X1*ST**92*12~X1*OURS~", ["«X1» is no tag and may be a damaged N1."]),
        ("ST*852*0001~ZQ*H*20260101~", ["«ZQ» is no tag and may be a damaged XQ."]),
    ],
)
def test_a_tag_is_damaged_where_it_is_near_one_that_its_code_follows(text: str, found: list[str]) -> None:
    standard, name = (X12, "852") if text.startswith("ST") else (EDIFACT, "SLSRPT")
    segments = read_segments(text)
    setting = Setting(standard, name, "", "", None, load_reference())
    findings = find_damaged_tags(segments, range(len(segments)), setting)
    assert [finding.detail for finding in findings] == found
