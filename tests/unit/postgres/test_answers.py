"""A compiled row as SQL gets it: the JSON is the outcome's, the lines come one after the other with their digits."""

import json

from tests.small_messages import sales
from udf.compiler import Compiler
from udf.contract import read_outcome
from udf.postgres.answers import dump_row, read_lines, read_list, write_line

TEXT = sales("LIN+1++4006381333931:EN PRI+AAA:2.50 QTY+153:12.50:KGM LIN+2++4006381333931:EN QTY+153:1O2")


def test_the_json_of_a_row_is_that_of_its_outcome() -> None:
    (row,) = Compiler(None).compile_rows([TEXT])
    assert json.loads(dump_row(row)) == json.loads(read_outcome(row).model_dump_json())


def test_lines_come_in_order_with_the_digits_of_a_fraction() -> None:
    (row,) = Compiler(None).compile_rows([TEXT])
    (line,) = read_lines(row.document)
    assert line["quantity"] == "12.5"
    columns = write_line(line)
    assert (columns[0], columns[1], columns[7], columns[8]) == ("1", "4006381333931", "12.5", "KGM")
    source, prices = columns[-5], columns[-1]
    assert json.loads(source)["quantity"] == line["source"]["quantity"]
    assert [price["price"] for price in json.loads(prices)] == [2.5]


def test_a_row_without_a_document_has_no_lines() -> None:
    assert list(read_lines(None)) == []
    assert list(read_list("[]")) == []
