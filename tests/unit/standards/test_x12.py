"""The table of X12, held against version 004010 by place and number of the data element."""

import pytest

from udf.reading import FIELDS
from udf.standards.standard import At
from udf.standards.x12 import X12


@pytest.mark.parametrize(
    ("tag", "element", "number", "kind"),
    [
        # the segment directory of 004010; elements are counted from 0 here and from 01 there
        ("XQ", 0, "305", "code"), ("XQ", 1, "373", "date"), ("XQ", 2, "373", "date"), ("XQ", 3, "127", "id"),
        ("XQ", 4, "353", "code"), ("BIA", 0, "353", "code"), ("BIA", 1, "755", "code"), ("BIA", 2, "127", "id"),
        ("BIA", 3, "373", "date"), ("BPT", 0, "353", "code"), ("BPT", 1, "127", "id"), ("BPT", 2, "373", "date"),
        ("CUR", 0, "98", "code"), ("CUR", 1, "100", "code"), ("DTM", 0, "374", "code"), ("DTM", 1, "373", "date"),
        ("DTM", 5, "1251", "date"), ("N1", 0, "98", "code"), ("N1", 1, "93", "text"), ("N1", 2, "66", "code"),
        ("N1", 3, "67", "id"), ("PTD", 0, "521", "code"), ("LIN", 0, "350", "id"), ("LIN", 1, "235", "code"),
        ("LIN", 2, "234", "id"), ("LIN", 29, "235", "code"), ("LIN", 30, "234", "id"), ("CTP", 0, "687", "code"),
        ("CTP", 1, "236", "code"), ("CTP", 2, "212", "number"), ("CTP", 3, "380", "number"), ("CTP", 4, "355", "code"),
        ("CTP", 5, "648", "code"), ("CTP", 6, "649", "number"), ("CTP", 8, "639", "code"), ("QTY", 0, "673", "code"),
        ("QTY", 1, "380", "number"), ("QTY", 2, "355", "code"), ("UIT", 0, "355", "code"), ("UIT", 1, "212", "number"),
        ("UIT", 2, "639", "code"), ("ZA", 0, "859", "code"), ("ZA", 1, "380", "number"), ("ZA", 2, "355", "code"),
        ("ZA", 3, "374", "code"), ("ZA", 4, "373", "date"), ("ZA", 5, "128", "code"), ("SDQ", 0, "355", "code"),
        ("SDQ", 1, "66", "code"), ("SDQ", 2, "67", "id"), ("SDQ", 3, "380", "number"), ("SDQ", 20, "67", "id"),
        ("SDQ", 21, "380", "number"), ("SCH", 0, "380", "number"), ("SCH", 1, "355", "code"), ("SCH", 2, "98", "code"),
        ("SCH", 3, "93", "id"), ("SCH", 4, "374", "code"), ("SCH", 5, "373", "date"), ("REF", 0, "128", "code"),
        ("REF", 1, "127", "id"), ("REF", 2, "352", "number"), ("N9", 1, "127", "id"), ("CTT", 0, "354", "number"),
    ],
)  # fmt: skip
def test_a_data_element_stands_where_the_directory_has_it(tag: str, element: int, number: str, kind: str) -> None:
    rows = X12.segments[tag].elements
    found = [row for row in rows if At(tag, row.element, every=row.every).holds(element, 0)]
    assert [(row.number, row.kind) for row in found] == [(number, kind)]
    assert X12.kind_of(tag, element, 0) == kind


@pytest.mark.parametrize(("tag", "count"), [("QTY", 4), ("UIT", 3), ("ZA", 8), ("SDQ", 23), ("SCH", 12)])
def test_a_segment_has_as_many_elements_as_the_directory_says(tag: str, count: int) -> None:
    assert X12.segments[tag].most == count


@pytest.mark.parametrize(
    ("tag", "pairs"),
    [
        # the relational conditions of 004010 and, where it has none, what says nothing alone
        ("N1", {(2, 3), (3, 2)}), ("ZA", {(3, 4), (4, 3), (6, 5)}), ("SCH", {(2, 3), (3, 2), (4, 5), (5, 4)}),
        ("UIT", {(2, 1)}), ("QTY", {(3, 2), (3, 1)}), ("XQ", {(2, 1)}), ("CTP", {(3, 2), (5, 6)}),
    ],
)  # fmt: skip
def test_an_element_needs_those_that_it_belongs_to(tag: str, pairs: set[tuple[int, int]]) -> None:
    assert {(row.element, e) for row in X12.segments[tag].elements for e, _ in row.needs} == pairs


def test_every_segment_names_its_source() -> None:
    for tag, form in X12.segments.items():
        assert form.source.startswith(f"004010 {tag}: "), tag


def test_a_field_stands_in_an_element_of_its_kind() -> None:
    kinds = {
        "quantity": ("number",), "price": ("number",), "item": ("id",), "document_number": ("id",),
        "start": ("date",), "end": ("date",), "document_date": ("date",), "location": ("id", "text"),
    }  # fmt: skip
    for field in FIELDS:
        for at in X12.fields[field]:
            assert X12.kind_of(at.tag, at.element, 0) in kinds.get(field, ("code",)), (field, at)


def test_the_pairs_of_an_sdq_are_a_place_and_a_quantity() -> None:
    for element in range(2, 22):
        assert X12.may_stand("location", "SDQ", element, 0) == (element % 2 == 0)
        assert X12.may_stand("quantity", "SDQ", element, 0) == (element % 2 == 1)


def test_the_functions_are_those_of_353() -> None:
    assert X12.functions == {
        "00": "original", "01": "cancellation", "04": "change", "05": "replacement", "07": "duplicate",
        "15": "original", "18": "original", "25": "change",
    }  # fmt: skip


def test_the_tags_of_lines_are_known_and_have_their_form() -> None:
    assert set(X12.data) <= X12.tags
    assert set(X12.data) <= X12.segments.keys()


def test_a_message_stands_between_its_opener_and_what_may_follow_it() -> None:
    assert X12.envelope == ("ISA", "GS", "ST")
    assert X12.trailers == ("CTT", "SE", "GE", "IEA")


def test_the_forms_of_dates_are_those_of_1250() -> None:
    assert X12.date_forms == {
        "D6": ("day", 6), "D8": ("day", 8), "CM": ("month", 6), "RD6": ("days", 6), "RD8": ("days", 8),
    }  # fmt: skip


@pytest.mark.parametrize("field", ["start", "end"])
def test_a_period_may_stand_in_any_date_of_a_header_or_an_activity(field: str) -> None:
    places = {(tag, e) for tag in X12.segments for e in range(8) if X12.may_stand(field, tag, e, 0)}
    assert places == {
        ("DTM", 1), ("DTM", 5), ("XQ", 1), ("XQ", 2), ("BIA", 3), ("BPT", 2), ("ZA", 4),
    }  # fmt: skip


def test_the_codes_whose_length_nobody_looks_at_are_few() -> None:
    unlimited = {
        (tag, row.number) for tag, form in X12.segments.items() for row in form.elements
        if row.kind == "code" and row.longest is None
    }  # fmt: skip
    # types of identifiers have a check of their own, the others say nothing of a line that is read
    assert unlimited == {
        ("ST", "143"), ("BPT", "755"), ("DTM", "1250"), ("N9", "128"), ("LIN", "235"), ("CTP", "355"),
        ("CTP", "648"), ("CTP", "639"), ("QTY", "61"), ("ZA", "128"), ("ZA", "127"),
        ("AMT", "522"),
    }  # fmt: skip
    lengths = {(tag, row.number): row.longest for tag, form in X12.segments.items() for row in form.elements}
    assert {at: longest for at, longest in lengths.items() if longest not in (None, 3)} == {
        ("CTP", "687"): 2, ("BIA", "373"): 8, ("BPT", "373"): 8, ("N1", "66"): 2, ("QTY", "673"): 2, ("QTY", "355"): 2,
        ("UIT", "355"): 2, ("ZA", "1073"): 1, ("ZA", "859"): 2, ("ZA", "355"): 2,
        ("SDQ", "355"): 2, ("SDQ", "66"): 2, ("SCH", "355"): 2, ("PTD", "521"): 2,
    }  # fmt: skip


def test_a_segment_that_says_nothing_without_a_code_requires_it() -> None:
    required = {(tag, row.number) for tag, form in X12.segments.items() for row in form.elements if row.is_required}
    assert required == {
        ("XQ", "305"), ("BIA", "353"), ("BIA", "755"), ("BIA", "373"), ("BPT", "353"), ("BPT", "373"), ("CUR", "98"),
        ("CUR", "100"), ("DTM", "374"), ("N1", "98"), ("QTY", "673"), ("UIT", "355"), ("ZA", "859"), ("SDQ", "355"),
        ("SCH", "355"), ("REF", "128"), ("PTD", "521"),
    }  # fmt: skip
