"""A line's records: positions written down by hand, from the order of the segments."""

from tests.small_messages import activity
from udf.message import read_message
from udf.reading import LineReading
from udf.standards.records import list_records, record_of
from udf.standards.reference import load_reference


def test_a_field_that_stands_nowhere_is_no_part_of_a_record() -> None:
    assert record_of(item=(1, 2, 0), unit=None) == {"item": (1, 2, 0)}


def test_a_part_has_the_place_of_its_pair_and_a_case_the_number_of_the_case() -> None:
    # X12 852: ZA01 is the code, ZA03 the unit; SDQ01 unit, SDQ03 and SDQ04 a store and its quantity
    message = read_message(activity("LIN*1*UP*036000291452 ZA*QS*5*CA SDQ*CA*92*0001*5"), None, load_reference())
    (za, sdq) = (next(i for i, s in enumerate(message.segments) if s.tag == tag) for tag in ("ZA", "SDQ"))
    reading = LineReading(quantities=[(sdq, 3, 0)], item={"item": (2, 2, 0)}, case_item={"item": (2, 9, 0)})
    (record,) = list_records(message.segments, reading, len(message.segments), message.setting)
    assert record == {
        "item": (2, 9, 0), "quantity": (sdq, 3, 0), "qualifier": (za, 0, 0), "unit": (sdq, 0, 0),
        "location": (sdq, 2, 0), "location_type": (sdq, 1, 0),
    }  # fmt: skip
