"""The contract's promises: exact numbers, fixed fields, one committed schema."""

import datetime
import json
import re
import subprocess
import sys
from decimal import Decimal
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import udf
from tests.small_messages import sales
from udf import contract, outcome
from udf.arguments import load_envelope
from udf.contract import SCHEMA_PATH, Attempt, Document, Line, Outcome, Problem, RejectedLine, json_schema


def test_the_committed_schema_is_the_one_the_models_give() -> None:
    assert json.loads(SCHEMA_PATH.read_text(encoding="utf-8")) == json_schema()


def test_a_dump_has_exactly_the_fields_of_the_contract() -> None:
    assert list(Outcome(is_valid=True, is_complete=True).model_dump(mode="json")) == [
        "message_type",
        "is_valid",
        "is_complete",
        "document",
        "proposals",
        "rejected_lines",
        "problems",
        "route",
        "attempts",
        "model_version",
        "compiler_version",
        "verification_hash",
        "compile_ms",
    ]


def test_attempts_stay_out_of_the_dump() -> None:
    outcome = Outcome(is_valid=True, is_complete=True, attempt_log=[Attempt(attempt=1, route="model", reading="r")])
    assert "attempt_log" not in outcome.model_dump(mode="json")
    assert "attempt_log" not in outcome.model_dump_json()


def test_quantities_are_json_numbers_and_dates_are_iso_text() -> None:
    start = datetime.date(2026, 1, 5)
    line = Line(measure="sold", quantity=Decimal("-19.90"), period_start=start, source={"unit": (3, 6)})
    dumped = line.model_dump(mode="json")
    assert dumped["quantity"] == -19.9
    assert dumped["period_start"] == "2026-01-05"
    assert dumped["source"] == {"unit": [3, 6]}
    assert json.loads(line.model_dump_json()) == dumped


def test_whole_quantities_are_written_without_a_point() -> None:
    assert '"quantity":12,' in Line(measure="sold", quantity=Decimal("12.0")).model_dump_json()


SHAPES = (
    "Problem", "Party", "Price", "Line", "Document", "Proposal", "RejectedLine", "Attempt", "Envelope", "Outcome",
)  # fmt: skip


def describe(hint: Any) -> str:
    """A type without the module that its parts are from, and with any row of things called a list."""
    text = re.sub(r"udf\.(outcome|contract)\.", "", str(hint)).replace("collections.abc.Sequence", "list")
    text = re.sub(r"typing\.Optional\[(.*)\]", r"\1 | None", text)
    return text.removeprefix("<class '").removesuffix("'>")


@pytest.mark.parametrize("name", SHAPES)
def test_what_the_compiler_works_with_has_the_fields_of_the_contract(name: str) -> None:
    model, plain = getattr(contract, name), getattr(outcome, name)
    assert list(plain._fields) == list(model.model_fields)
    hints, models = get_type_hints(plain), get_type_hints(model)
    assert {field: describe(hints[field]) for field in plain._fields} == {
        field: describe(models[field]) for field in model.model_fields
    }
    for field, value in plain._field_defaults.items():
        default = model.model_fields[field].get_default(call_default_factory=True)
        assert default == (list(value) if isinstance(default, list) else value), field


LINE = outcome.Line(
    "1", "4006381333931", "EN", {"EN": "4006381333931", "SA": "ä\u2028\"\\\x01"}, None, None, "sold", "153",
    Decimal("12.50"), "PCE", Decimal("1E+3"), None, "EUR", datetime.date(2026, 1, 5), datetime.date(2026, 1, 11), None,
    {"description": "🍏"}, {"quantity": (10, 15)}, "PCE", Decimal(100), [outcome.Price(Decimal("12.50"), "AAA")], "1",
)  # fmt: skip
PROPOSAL = outcome.Proposal("role", "Not proved, since «Z».", [LINE], {"partner": "ß", "rows": [{"code": "Z"}]})
PROBLEM = outcome.Problem("c", "warning", 3, (1, 2), "«ß» \x7f")


def test_the_compiler_writes_the_json_that_the_models_write() -> None:
    made = outcome.Document("EDIFACT", "SLSRPT", parties=[outcome.Party("BY", None, "9")], lines=[LINE])
    dumped = outcome.dump_document(made)
    model = Document.model_validate_json(dumped)
    assert contract.dump_document(model) == dumped
    assert model.lines[0].price == 1000
    rejected = [outcome.RejectedLine("LIN", (0, 3), None, "no record", [PROBLEM])]
    row = outcome.make_row(outcome.Outcome("SLSRPT", False, False, made, [PROPOSAL], rejected, [PROBLEM]), dumped)
    read = contract.read_outcome(row)
    assert [problem.model_dump_json() for problem in read.problems] == [row.problems[1:-1]]
    assert [line.model_dump_json() for line in read.rejected_lines] == [row.rejected_lines[1:-1]]
    envelope = outcome.Envelope("X12", is_test=True, sender="ü")
    assert contract.Envelope.model_validate_json(outcome.dump_envelope(envelope)).model_dump() == envelope._asdict()
    assert contract.Envelope(**envelope._asdict()).model_dump_json() == outcome.dump_envelope(envelope)


ENVELOPES = st.dictionaries(
    st.sampled_from([*outcome.Envelope._fields, "unheard-of"]),
    st.sampled_from([None, True, "X12", "EDIFACT", "true", "", 1, 0, 1.5, [], {}]),
)


@given(ENVELOPES | st.sampled_from([[], "text", 5, None]))
def test_an_envelope_is_read_as_the_contract_reads_it(value: Any) -> None:
    text = json.dumps(value)
    try:
        expected = contract.Envelope.model_validate_json(text)
    except ValidationError:
        with pytest.raises(ValueError, match=r"\S"):
            load_envelope(text)
    else:
        assert load_envelope(text)._asdict() == expected.model_dump()


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"sender": "\ud800"'])
def test_what_is_no_json_is_no_envelope(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        load_envelope(text)


def test_rows_are_made_without_pydantic() -> None:
    program = (
        "import sys, udf; row, = udf.compile_rows([sys.stdin.read()]); assert row.is_complete;"
        "print(*{name.partition('.')[0] for name in sys.modules} & {'pydantic', 'numpy', 'jinja2', 'psycopg'})"
    )
    done = subprocess.run([sys.executable, "-c", program], input=sales("LIN+1++4006381333931:EN QTY+153:1"),
                          capture_output=True, encoding="utf-8", check=True)  # fmt: skip
    assert done.stdout == "\n", done.stdout


def test_an_envelope_of_the_contract_is_taken_like_one_of_the_compiler() -> None:
    text = sales("LIN+1++4006381333931:EN QTY+153:1,5")
    said = {"standard": "EDIFACT", "decimal_mark": ",", "sender": "5412345000013", "is_test": True}
    one, other = udf.compile_edi(text, contract.Envelope(**said)), udf.compile_edi(text, outcome.Envelope(**said))
    assert one.document is not None
    assert one.document.is_test
    how = {"compile_ms", "route", "attempts"}  # after other tests, plans may have been learnt in between
    assert one.model_dump(exclude=how) == other.model_dump(exclude=how)


def test_an_outcome_in_python_is_the_row_in_sql() -> None:
    text = sales("LIN+1++4006381333931:EN QTY+153:1 LIN+2++4006381333932:EN QTY+153:X")
    said, (row,) = udf.compile_edi(text), udf.compile_rows([text])
    assert said.document is not None
    assert contract.dump_document(said.document) == row.document
    assert said.model_dump(exclude={"compile_ms"}) == contract.read_outcome(row).model_dump(exclude={"compile_ms"})


def test_a_document_comes_back_from_its_json_unchanged() -> None:
    line = Line(measure="on_hand", quantity=Decimal("403.32"), price=Decimal("0.1"), source={"quantity": (1, 7)})
    outcome = Outcome(
        is_valid=False,
        is_complete=False,
        document=Document(standard="X12", message_type="846", lines=[line]),
        rejected_lines=[RejectedLine(text="LIN", span=(0, 3), problems=[Problem(code="c", severity="error")])],
    )
    assert Outcome.model_validate_json(outcome.model_dump_json()) == outcome


@pytest.mark.parametrize("text", ["NaN", "Infinity", "0.12345678901234567", "1E+1000000"])
def test_a_number_that_json_cannot_hold_is_refused_when_a_line_is_built(text: str) -> None:
    with pytest.raises(ValidationError):
        Line(measure="sold", quantity=Decimal(text))
