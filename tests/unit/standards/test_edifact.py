"""The table of EDIFACT, held against directory D.96A by place and number of the data element."""

import pytest

from udf.reading import FIELDS
from udf.standards.edifact import EDIFACT
from udf.standards.reference import load_reference


@pytest.mark.parametrize(
    ("tag", "element", "component", "number", "kind"),
    [
        # EDSD D.96A, composites of EDCD in their order
        ("BGM", 0, 0, "1001", "code"), ("BGM", 1, 0, "1004", "id"), ("BGM", 2, 0, "1225", "code"),
        ("BGM", 3, 0, "4343", "code"), ("DTM", 0, 0, "2005", "code"), ("DTM", 0, 1, "2380", "date"),
        ("DTM", 0, 2, "2379", "code"), ("NAD", 0, 0, "3035", "code"), ("NAD", 1, 0, "3039", "id"),
        ("NAD", 1, 2, "3055", "code"), ("LOC", 0, 0, "3227", "code"), ("LOC", 1, 0, "3225", "id"),
        ("LOC", 1, 2, "3055", "code"), ("LOC", 1, 3, "3224", "text"), ("LIN", 0, 0, "1082", "id"),
        ("LIN", 1, 0, "1229", "code"), ("LIN", 2, 0, "7140", "id"), ("LIN", 2, 1, "7143", "code"),
        ("LIN", 3, 0, "5495", "code"), ("PIA", 0, 0, "4347", "code"), ("PIA", 1, 0, "7140", "id"),
        ("PIA", 5, 1, "7143", "code"), ("QTY", 0, 0, "6063", "code"), ("QTY", 0, 1, "6060", "number"),
        ("QTY", 0, 2, "6411", "code"), ("PRI", 0, 0, "5125", "code"), ("PRI", 0, 1, "5118", "number"),
        ("PRI", 0, 2, "5375", "code"), ("PRI", 0, 3, "5387", "code"), ("PRI", 0, 4, "5284", "number"),
        ("PRI", 0, 5, "6411", "code"), ("CUX", 0, 0, "6347", "code"), ("CUX", 0, 1, "6345", "code"),
        ("INV", 0, 0, "4501", "code"), ("INV", 1, 0, "7491", "code"), ("MOA", 0, 1, "5004", "number"),
        ("RFF", 0, 1, "1154", "id"), ("GIN", 1, 0, "7402", "id"), ("IMD", 2, 3, "7008", "text"),
        ("FTX", 3, 0, "4440", "text"), ("CNT", 0, 0, "6069", "code"), ("CNT", 0, 1, "6066", "number"),
    ],
)  # fmt: skip
def test_a_data_element_stands_where_the_directory_has_it(
    tag: str, element: int, component: int, number: str, kind: str
) -> None:
    rows = EDIFACT.segments[tag].elements
    found = [
        row for row in rows
        if row.component == component and row.element <= element
        and (row.element == element or (row.every and (element - row.element) % row.every == 0))
    ]  # fmt: skip
    assert [(row.number, row.kind) for row in found] == [(number, kind)]
    assert EDIFACT.kind_of(tag, element, component) == kind


@pytest.mark.parametrize(
    ("tag", "element", "count"),
    [
        # C507, C082, C517, C186, C509, C504 of EDCD D.96A; 1082 and 4347 are no composites
        ("DTM", 0, 3), ("NAD", 1, 3), ("LOC", 1, 4), ("QTY", 0, 3), ("PRI", 0, 6), ("CUX", 0, 4), ("LIN", 0, 1),
        ("PIA", 0, 1),
    ],
)  # fmt: skip
def test_a_composite_has_as_many_components_as_the_directory_says(tag: str, element: int, count: int) -> None:
    assert (EDIFACT.segments[tag].components or {})[element] == count


def test_every_segment_names_its_source() -> None:
    for tag, form in EDIFACT.segments.items():
        assert f" {tag}: " in form.source, tag


def test_a_field_stands_in_an_element_of_its_kind() -> None:
    kinds = {
        "quantity": "number", "price": "number", "item": "id", "document_number": "id", "start": "date", "end": "date",
        "document_date": "date",
    }  # fmt: skip
    for field in FIELDS:
        for at in EDIFACT.fields[field]:
            kind = EDIFACT.kind_of(at.tag, at.element, at.component)
            expected = ("id", "text") if field == "location" else (kinds.get(field, "code"),)
            assert kind in expected, (field, at)


def test_a_code_is_required_where_the_directory_says_mandatory() -> None:
    required = {
        (tag, row.number) for tag, form in EDIFACT.segments.items() for row in form.elements if row.is_required
    }  # fmt: skip
    # D.96A: 1001 and 6345 are conditional there, and nothing is made of a BGM or CUX without
    assert required == {
        ("BGM", "1001"), ("DTM", "2005"), ("NAD", "3035"), ("LOC", "3227"), ("PIA", "4347"), ("QTY", "6063"),
        ("PRI", "5125"), ("CUX", "6347"), ("CUX", "6345"),
    }  # fmt: skip


def test_the_date_of_the_document_is_what_the_reference_table_calls_so() -> None:
    assert EDIFACT.document_date is not None
    assert load_reference().date_role("EDIFACT", "DTM", EDIFACT.document_date) == "document"


def test_the_functions_are_those_of_1225() -> None:
    assert EDIFACT.functions == {
        "1": "cancellation", "4": "change", "5": "replacement", "7": "duplicate", "9": "original", "18": "original",
        "31": "duplicate", "35": "duplicate", "43": "original",
    }  # fmt: skip


def test_the_tags_of_lines_are_known_and_have_their_form() -> None:
    assert set(EDIFACT.data) <= EDIFACT.tags
    assert set(EDIFACT.data) <= EDIFACT.segments.keys()


def test_a_message_stands_between_its_opener_and_what_may_follow_it() -> None:
    assert EDIFACT.envelope == ("UNA", "UNB", "UNG", "UNH")
    assert EDIFACT.trailers == ("UNS", "CNT", "UNT", "UNE", "UNZ")


def test_the_forms_of_dates_are_those_of_2379() -> None:
    # D.96A 2379, with 719 of D.98B, 4 of D.99B and 205 of D.00B: characters of a date, and of each half of a range
    assert EDIFACT.date_forms == {
        "2": ("daymonth", len("DDMMYY")), "3": ("monthday", len("MMDDYY")), "4": ("daymonth", len("DDMMCCYY")),
        "101": ("day", len("YYMMDD")), "102": ("day", len("CCYYMMDD")), "201": ("time", len("YYMMDDHHMM")),
        "203": ("time", len("CCYYMMDDHHMM")), "204": ("time", len("CCYYMMDDHHMMSS")),
        "303": ("time", len("CCYYMMDDHHMMZZZ")), "304": ("time", len("CCYYMMDDHHMMSSZZZ")),
        "205": ("time", len("CCYYMMDDHHMMZHHMM")), "602": ("year", len("CCYY")), "608": ("quarter", len("CCYYQ")),
        "609": ("month", len("YYMM")), "610": ("month", len("CCYYMM")), "615": ("week", len("YYWW")),
        "616": ("week", len("CCYYWW")), "710": ("months", len("CCYYMM")), "711": ("days", len("CCYYMMDD")),
        "713": ("times", len("YYMMDDHHMM")), "715": ("weeks", len("YYWW")), "716": ("weeks", len("CCYYWW")),
        "717": ("days", len("YYMMDD")), "718": ("days", len("CCYYMMDD")), "719": ("times", len("CCYYMMDDHHMM")),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "tag", "places"),
    [
        # an element separator where a component separator belongs, an element left out or too many
        ("quantity", "QTY", {(0, 1), (1, 0)}), ("unit", "QTY", {(0, 2), (2, 0)}), ("qualifier", "QTY", {(0, 0)}),
        ("item", "LIN", {(1, 0), (2, 0), (3, 0)}), ("item_type", "LIN", {(1, 1), (2, 1), (3, 1)}),
        ("location", "LOC", {(1, 0), (1, 1), (1, 2), (1, 3)}),
        ("location_type", "NAD", {(1, 0), (1, 1), (1, 2), (1, 3)}),
        ("currency", "CUX", {(0, 1), (1, 1), (2, 1), (3, 1)}), ("start", "DTM", {(0, 1)}), ("price", "PRI", {(0, 1)}),
        ("function", "BGM", {(e, c) for e in (1, 2, 3) for c in range(4)}),
    ],
)  # fmt: skip
def test_partners_put_a_field_beside_its_place(field: str, tag: str, places: set[tuple[int, int]]) -> None:
    assert {(e, c) for e in range(4) for c in range(4) if EDIFACT.may_stand(field, tag, e, c)} == places


def test_the_codes_whose_length_nobody_looks_at_are_few() -> None:
    unlimited = {
        (tag, row.number) for tag, form in EDIFACT.segments.items() for row in form.elements
        if row.kind == "code" and row.longest is None
    }  # fmt: skip
    # types of identifiers and action codes have checks of their own, units behind a price and the rest say nothing
    assert unlimited == {
        ("UNH", "0065"), ("BGM", "4343"), ("LIN", "1229"), ("LIN", "7143"), ("PIA", "7143"), ("PRI", "6411"),
        ("CUX", "6343"), ("CUX", "6348"), ("INV", "4501"), ("INV", "7491"), ("INV", "4499"), ("MOA", "5025"),
        ("RFF", "1153"), ("GIN", "7405"), ("IMD", "7009"), ("CNT", "6069"),
    }  # fmt: skip
    assert {row.longest for form in EDIFACT.segments.values() for row in form.elements} == {None, 3, 8}
