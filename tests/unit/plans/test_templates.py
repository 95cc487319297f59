"""Templates: what the compiler makes of an example, with placeholders."""

import pytest

from udf.edi.delimiters import Delimiters
from udf.plans.example import Placeholder, UntraceableError
from udf.plans.shapes import parse_shape
from udf.plans.templates import join_pieces, make_header_template, make_line_templates
from udf.standards.message_types import STANDARDS
from udf.standards.reference import load_reference
from udf.standards.setting import Setting

EDIFACT = Delimiters("EDIFACT", "'", "+", ":", "?", None, None)
HEADER = parse_shape("UNH+{digits}+INVRPT:D:96A:UN'DTM+366:{date:99999999}:102'", EDIFACT)
LINE = parse_shape("LIN+{digits}++{digits:13}:EN'QTY+145:{number}:PCE'", EDIFACT)
STATED = {"start": (1, 0, 1), "end": (1, 0, 1)}
RECORD = {"item": (0, 2, 0), "item_type": (0, 2, 1), "qualifier": (1, 0, 0), "quantity": (1, 0, 1), "unit": (1, 0, 2)}


def setting(kind: str = "INVRPT") -> Setting:
    return Setting(STANDARDS["EDIFACT"], kind, "D:96A:UN", "", None, load_reference())


def test_a_line_has_a_placeholder_for_each_value_of_its_own_and_from_above() -> None:
    (template,) = make_line_templates([HEADER, None, LINE], [STATED, {}], [RECORD], setting())
    assert Placeholder("number", 2, 2) in template.pieces
    assert Placeholder("first", 0, 1, "102") in template.pieces
    facts = template.facts
    assert facts is not None
    assert (facts.item, facts.quantity) == (Placeholder("text", 2, 1), Placeholder("number", 2, 2))
    assert facts.stock_key is not None
    assert Placeholder("text", 2, 1) in facts.stock_key
    assert not facts.needs_no_period


def test_what_was_sold_on_a_stock_date_depends_on_periods_elsewhere() -> None:
    sold = parse_shape(str(LINE).replace("145", "153"), EDIFACT)
    (template,) = make_line_templates([HEADER, None, sold], [STATED, {}], [RECORD], setting())
    assert template.facts is not None
    assert template.facts.needs_no_period
    assert template.facts.stock_key is None


def test_what_is_made_of_no_slot_makes_no_template() -> None:
    literal = parse_shape("LIN+1++4006381333931:EN'QTY+145:{number}:PCE'", EDIFACT)
    with pytest.raises(UntraceableError):
        make_line_templates([HEADER, None, literal], [STATED, {}], [RECORD], setting())


def test_a_document_has_placeholders_for_its_lines_and_its_envelope() -> None:
    template = make_header_template(HEADER, STATED, setting(), "EDIFACT")
    assert Placeholder("lines", 0, 0) in template.pieces
    assert Placeholder("is_test", 0, 0) in template.pieces
    assert [name for name, _ in template.dates] == ["period_start", "period_end"]


def test_neighbouring_texts_are_one() -> None:
    value = Placeholder("text", 2, 0)
    assert list(join_pieces(["a", "b", value, "c"])) == ["ab", value, "c"]
