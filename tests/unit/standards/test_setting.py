"""What is known around a chunk is asked of the tables of its own standard."""

import pytest

from udf.standards.edifact import EDIFACT
from udf.standards.reference import load_reference
from udf.standards.setting import Setting
from udf.standards.standard import Standard
from udf.standards.values import ONLY_POINT
from udf.standards.x12 import X12


def setting(standard: Standard, message_type: str, version: str = "", mark: str | None = ",") -> Setting:
    return Setting(standard, message_type, version, "", mark, load_reference())


@pytest.mark.parametrize(("standard", "mark"), [(EDIFACT, ","), (X12, ONLY_POINT)])
def test_a_decimal_mark_is_announced_by_edifact_alone(standard: Standard, mark: str | None) -> None:
    assert setting(standard, "SLSRPT").mark == mark


def test_one_code_means_another_thing_in_the_other_standard() -> None:
    assert setting(EDIFACT, "INVRPT").measure("QTY", "33") == "maximum_delivery"
    assert setting(X12, "846").measure("QTY", "33") == "available"
    assert setting(EDIFACT, "SLSRPT").place_role("NAD", "SN") == "yes"
    assert setting(X12, "852").place_role("NAD", "SN") is None
    assert setting(X12, "852").date_role("DTM", "090") == "period_start"
    assert setting(EDIFACT, "SLSRPT").date_role("DTM", "090") is None


def test_a_code_that_changed_its_meaning_is_read_by_version() -> None:
    assert setting(EDIFACT, "INVRPT", "D:96A:UN").measure("QTY", "152") == "on_hand"
    assert setting(EDIFACT, "INVRPT", "D:01B:UN").measure("QTY", "152") == "consignment"
