"""What the rules read of a line, a group and a header: expectations from UN/EDIFACT D.96A and X12 004010.

Each value is named by what stands there, so that a reading that points at the neighbour is another text.
"""

import shutil
from pathlib import Path

import pytest

from udf.compiler import Compiler
from udf.message import Message, Unit, read_message
from udf.outcome import Envelope
from udf.readers.rules import RulesReader, read_line, read_part, read_unit
from udf.reading import LineReading, Record
from udf.standards import reference
from udf.standards.records import list_records
from udf.standards.reference import load_reference
from udf.train.attack.rules_engine import RulesEngine

SALES = (
    "UNH+1+SLSRPT:D:96A:UN'BGM+73E+S1+9'DTM+137:20260112:102'DTM+90:20260105:102'DTM+91:20260111:102'"
    "LOC+162+4012345000016::9'LIN+1++4006381333931:EN'QTY+153:12:PCE'PRI+AAA:2.50'UNT+10+1'"
)
ACTIVITY = "ST*852*0001~XQ*H*20260105*20260111~LIN*1*UP*036000291452~ZA*QS*12*EA~SDQ*EA*92*0001*5*0002*7~SE*6*0001~"


def opened(text: str) -> Message:
    return read_message(text, None, load_reference())


def of_line(message: Message, number: int = 1) -> LineReading:
    chunk = next(chunk for chunk in message.chunks.lines if chunk.line == number)
    return read_line(message.segments, chunk.first, chunk.last, message.setting)


def last_of(message: Message, number: int = 1) -> int:
    return next(chunk for chunk in message.chunks.lines if chunk.line == number).last


def said(message: Message, record: Record) -> dict[str, str]:
    """The texts that a record points at."""
    return {name: message.segments[s].value(e, c) for name, (s, e, c) in record.items()}


def test_a_header_is_read_where_its_directory_puts_number_function_dates_and_place() -> None:
    # D.96A: BGM 1004 and 1225, DTM 2005 137, 90 and 91, LOC 3227 162 (place of sale) with 3055 9 (EAN)
    message = opened(SALES)
    header = read_part(message.segments, message.chunks.header, message.setting)
    groups = [read_part(message.segments, chunk, message.setting) for chunk in message.chunks.groups]
    whole = header.record | (groups[0].record if groups else {})
    assert said(message, whole) == {
        "document_number": "S1", "function": "9", "document_date": "20260112", "start": "20260105", "end": "20260111",
        "location": "4012345000016", "location_type": "9",
    }  # fmt: skip
    assert not header.faults


def test_a_line_is_read_with_item_quantity_unit_and_price() -> None:
    # D.96A: LIN C212 7140 and 7143, QTY C186 6063, 6060 and 6411, PRI C509 5125 and 5118
    message = opened(SALES)
    (record,) = list_records(message.segments, of_line(message), last_of(message), message.setting)
    assert said(message, record) == {
        "item": "4006381333931", "item_type": "EN", "qualifier": "153", "quantity": "12", "unit": "PCE",
        "price": "2.50", "price_type": "AAA",
    }  # fmt: skip


def test_of_a_total_and_its_split_the_split_is_read() -> None:
    # X12 852: SDQ01 unit, SDQ02 code list of the places, then places and quantities in turn, under their ZA
    message = opened(ACTIVITY)
    records = list_records(message.segments, of_line(message), last_of(message), message.setting)
    assert [said(message, record) for record in records] == [
        {"item": "036000291452", "item_type": "UP", "qualifier": "QS", "quantity": quantity, "unit": "EA",
         "location": place, "location_type": "92"}
        for place, quantity in (("0001", "5"), ("0002", "7"))
    ]  # fmt: skip


def test_a_gtin_is_read_before_the_number_of_the_supplier_wherever_it_stands() -> None:
    # CONTRACT: GTIN types first, then the vendor's number, then the buyer's
    message = opened(SALES.replace("LIN+1++4006381333931:EN'", "LIN+1++A-1:SA'PIA+1+4006381333931:EN'"))
    (record,) = list_records(message.segments, of_line(message), last_of(message), message.setting)
    assert said(message, record)["item"] == "4006381333931"


def test_what_is_open_is_a_fault_and_nothing_is_guessed() -> None:
    message = opened(SALES.replace("QTY+153:12:PCE'PRI+AAA:2.50'", "QTY+153:12:PCE'PRI+AAA:2.50'PRI+AAA:3.00'"))
    reading = of_line(message)
    assert [fault.code for fault in reading.price_faults] == ["price-ambiguous"]
    assert reading.prices == {}


def test_a_line_that_names_nothing_has_no_record() -> None:
    message = opened(SALES.replace("QTY+153:12:PCE'PRI+AAA:2.50'", ""))
    reading = of_line(message)
    records = list_records(message.segments, reading, last_of(message), message.setting)
    assert (list(reading.quantities), records) == ([], [])


def test_the_windows_of_a_long_line_share_its_records_and_each_has_one() -> None:
    stores = "".join(f"*{number:04}*{number}" for number in range(1, 11))
    text = "ST*852*0001~XQ*H*20260105*20260111~LIN*1*UP*036000291452~" + "".join(
        f"ZA*{code}**EA~SDQ*EA*92{stores}~" for code in ("QS", "QA", "QR")
    )
    message = opened(f"{text}SE*10*0001~")
    (line,) = [unit for unit in message.units if unit.chunks[0].kind == "line"]
    assert len(line.chunks) > 1
    windows = read_unit(message, line)
    assert sum(map(len, windows)) == 30
    whole = [
        chunk.segments[record["quantity"][0]].elements[record["quantity"][1]][0]
        for chunk, records in zip(line.chunks, windows, strict=True) for record in records
    ]  # fmt: skip
    assert whole == [str(number) for number in range(1, 11)] * 3


def test_a_compiler_without_an_engine_reads_by_the_rules() -> None:
    (outcome,) = Compiler(None).compile_batch([SALES])
    assert outcome.is_complete
    assert outcome.document is not None
    (line,) = outcome.document.lines
    assert (line.item_id, line.location_id, line.measure, line.quantity) == (
        "4006381333931", "4012345000016", "sold", 12,
    )  # fmt: skip


def test_the_rules_ask_the_judge_and_keep_what_it_finds() -> None:
    message = opened(SALES)
    asked: list[str] = []

    def judge(_: Message, unit: Unit) -> list[object]:
        asked.append(unit.name)
        return []

    RulesReader().read([(message, unit) for unit in message.units], judge)  # type: ignore[arg-type]
    assert asked == [unit.name for unit in message.units]
    assert all(unit.tries == 1 for unit in message.units)


@pytest.mark.parametrize(
    ("row", "text", "place"),
    [
        ("EDIFACT,NAD,KIOSK,MS,yes,", SALES.replace("LOC+162+4012345000016::9", "NAD+MS+BERLIN_01"), "BERLIN_01"),
        (
            "X12,N9,KIOSK,IA,yes,",
            ACTIVITY.replace("LIN*1", "N9*IA*0101~LIN*1").replace("SDQ*EA*92*0001*5*0002*7~", ""),
            "0101",
        ),
    ],
)
@pytest.mark.parametrize("engine", [None, RulesEngine()])
def test_what_a_partner_s_own_row_calls_a_place_is_one_whoever_reads(
    row: str, text: str, place: str, engine: RulesEngine | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An engine that has never heard of the row says nothing of it: the row is a person's, and no reading."""
    shutil.copytree(reference.FOLDER, tmp_path / "tables")
    with (tmp_path / "tables" / "party_roles.csv").open("a", encoding="utf-8") as file:
        file.write(row)
    if engine is not None:
        engine.study(text)
    monkeypatch.setattr(reference, "FOLDER", tmp_path / "tables")
    compiler = Compiler(engine, reference.Reference())
    for sender, expected in (("KIOSK", place), ("OTHER", None)):
        (outcome,) = compiler.compile_batch([text], [Envelope(sender=sender, version="004010")])
        assert outcome.is_complete, outcome.problems
        assert outcome.document is not None
        assert {line.location_id for line in outcome.document.lines} == {expected}
