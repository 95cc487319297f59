"""What the codes of partners mean is written twice, from the directories each time: here both are compared."""

from udf.standards.reference import load_reference
from udf.train.corpus.edifact import dialect as edifact
from udf.train.corpus.measures import NO_LINE, UNMAPPED, measure_of
from udf.train.corpus.x12 import dialect as x12

EDIFACT = sorted({code for codes in edifact.SALES for code in codes} | {*edifact.STOCK_CODES, *edifact.UNMAPPED})
DRAWN = [
    *((kind, "QTY", code, version) for kind in ("SLSRPT", "INVRPT") for version in ("D:96A:UN", "D:97A:UN", "D:01B:UN")
      for code in EDIFACT),
    *(("852", "ZA", code, "004010") for code in sorted({*x12.ACTIVITIES, *x12.UNMAPPED[1]})),
    *((kind, "QTY", code, "004010") for kind in ("846", "867", "852")
      for code in sorted({*x12.STOCK_CODES, *x12.UNMAPPED[0]})),
]  # fmt: skip


def test_the_reference_tables_and_the_truth_of_the_corpus_give_each_code_one_meaning() -> None:
    tables, different = load_reference(), []
    for message_type, tag, code, version in DRAWN:
        standard = "X12" if message_type.isdigit() else "EDIFACT"
        said = tables.measure(standard, message_type, tag, version, "", code) or UNMAPPED
        if said != measure_of(message_type, tag, code, version):
            different.append((message_type, tag, code, version, said))
    assert not different


def test_what_counts_documents_is_no_line() -> None:
    assert measure_of("852", "QTY", "N4", "004010") == NO_LINE
    assert measure_of("867", "QTY", "TO", "004010") == NO_LINE


def test_stock_under_152_is_the_suppliers_from_d01a_on() -> None:
    assert measure_of("INVRPT", "QTY", "152", "D:00B:UN") == "on_hand"
    assert measure_of("INVRPT", "QTY", "152", "D:01B:UN") == "consignment"
