"""Values that a model said, and where in a chunk they stand."""

import random

import pytest

from tests.unit.language.test_chat import edifact, records_of, x12
from udf.language import chat
from udf.language.grounding import InventedValueError, ground
from udf.train.corpus.drafts import chunk_draft
from udf.train.corpus.partners import draw_partner


def test_values_of_right_answers_are_found_where_they_were_copied() -> None:
    # Not always: where one value stands in two places that fit alike, the gatekeeper decides. A total and the only lot
    # that it is split into always do.
    r = random.Random(20)
    missed = chunks = 0
    for _ in range(300):
        dialect = draw_partner(r)
        draft = dialect.draft(r)
        if getattr(dialect, "references", False):
            continue
        for chunk, records in chunk_draft(draft):
            values = [chat.copy_values(record, chunk.segments) for record in records]
            found = ground(values, draft.message_type, chunk.segments, chunk.carried)
            assert [chat.copy_values(record, chunk.segments) for record in found] == values
            chunks += 1
            missed += found != records
    assert missed / chunks < 0.003


def test_a_value_that_stands_nowhere_is_invented() -> None:
    segments = edifact("LIN+1++4006381333931:EN'QTY+153:12:PCE'")
    with pytest.raises(InventedValueError, match="the item «4006381333932» is not in the text"):
        records_of('{"records":[{"quantity":"12","item":"4006381333932"}]}', "SLSRPT", segments)


def test_a_part_of_a_value_is_invented() -> None:
    segments = edifact("LIN+1++4006381333931:EN'QTY+153:12.50:PCE'")
    with pytest.raises(InventedValueError):
        records_of('{"records":[{"quantity":"12.5"}]}', "SLSRPT", segments)


def test_a_quantity_said_more_often_than_it_stands_is_invented() -> None:
    segments = edifact("LIN+1++4006381333931:EN'QTY+153:12:PCE'")
    with pytest.raises(InventedValueError, match="quantity"):
        records_of('{"records":[{"quantity":"12"},{"quantity":"12"}]}', "SLSRPT", segments)


def test_of_equal_quantities_the_one_with_the_named_qualifier_is_meant() -> None:
    segments = edifact("LIN+1++4006381333931:EN'QTY+153:5:PCE'QTY+61:5:PCE'")
    answer = '{"records":[{"quantity":"5","qualifier":"61"},{"quantity":"5","qualifier":"153"}]}'
    assert [record["quantity"] for record in records_of(answer, "SLSRPT", segments)] == [(2, 0, 1), (1, 0, 1)]


def test_equal_quantities_are_taken_in_the_order_of_the_stream() -> None:
    segments = x12("LIN**UP*012345678905~ZA*QS~SDQ*EA*92*0001*5*0002*5~")
    answer = '{"records":[{"quantity":"5","location":"0001"},{"quantity":"5","location":"0002"}]}'
    assert [record["quantity"] for record in records_of(answer, "852", segments)] == [(2, 3, 0), (2, 5, 0)]


def test_of_a_total_and_its_only_part_the_part_is_meant() -> None:
    segments = x12("LIN**UP*012345678905~ZA*QS*7*EA~SDQ*EA*92*0001*7~")
    (record,) = records_of('{"records":[{"quantity":"7","qualifier":"QS","location":"0001"}]}', "852", segments)
    assert record["quantity"] == (2, 3, 0)


def test_a_quantity_is_never_taken_from_what_a_window_repeats() -> None:
    segments = x12("LIN**UP*012345678905~ZA*QS*7*EA~SDQ*EA*92*0001*7~")
    with pytest.raises(InventedValueError):
        ground([{"quantity": "7"}], "852", segments, carried=3)


def test_a_period_of_one_day_has_both_its_dates() -> None:
    segments = edifact("BGM+73+1'DTM+90:20260119:102'DTM+91:20260119:102'")
    (record,) = records_of('{"records":[{"start":"20260119","end":"20260119"}]}', "SLSRPT", segments, "header")
    assert (record["start"], record["end"]) == ((1, 0, 1), (2, 0, 1))


def test_a_single_date_is_start_and_end_in_one_place() -> None:
    segments = edifact("BGM+35+1'DTM+137:20260119:102'DTM+366:20260119:102'")
    answer = '{"records":[{"start":"20260119","end":"20260119","document_date":"20260119"}]}'
    (record,) = records_of(answer, "INVRPT", segments, "header")
    assert (record["start"], record["end"], record["document_date"]) == ((2, 0, 1), (2, 0, 1), (1, 0, 1))


def test_a_place_that_comes_twice_belongs_to_the_quantity_on_its_side() -> None:
    segments = edifact("LIN+1++4006381333931:EN'QTY+153:5'LOC+162+A'QTY+61:1'LOC+162+A'")
    answer = '{"records":[{"quantity":"5","qualifier":"153","location":"A"},{"quantity":"1","qualifier":"61"}]}'
    assert [record["location"] for record in records_of(answer, "SLSRPT", segments)] == [(2, 1, 0), (4, 1, 0)]
