"""Writers: what a match brings is put where a template has a placeholder."""

import json

from tests.unit.plans.routes import teach_reports, write_report
from udf.plans.conversions import NUMBERS
from udf.plans.example import Placeholder
from udf.plans.partner import PartnerPlans
from udf.plans.plan import Plan
from udf.plans.rows import read_row
from udf.plans.writers import Layout
from udf.standards.reference import load_reference


def learn() -> dict[str, Plan]:
    return {row.kind: read_row(row, load_reference()) for row in teach_reports().book.take_changed()}


def test_a_line_is_written_as_json_of_its_match_and_of_what_stands_above_it() -> None:
    plans = learn()
    text = write_report(number=7)
    header = plans["header"].pattern.match(text)
    assert header is not None
    group = plans["group"].pattern.match(text, header.end())
    assert group is not None
    line = plans["line"].pattern.match(text, group.end())
    assert line is not None
    writer = PartnerPlans().writer(plans["header"], plans["group"], plans["line"])
    assert writer.group is not None
    written, constants = writer.begin(header, NUMBERS[None])
    row = writer.read(line, NUMBERS[None]) + writer.group.read(group, NUMBERS[None]) + constants
    found = json.loads(written % writer.pick(row))
    assert (found["item_id"], found["quantity"], found["price"]) == ("4006381333931", 12, 1.25)
    assert (found["location_id"], found["period_end"]) == ("4012345000030", "2026-11-08")
    assert text[slice(*found["source"]["price"])] == "1.25"
    assert writer.quantities(row) == ("12",)
    assert [item_type for _, item_type, _ in writer.items] == ["EN"]


def test_each_placeholder_has_a_place_of_its_own_in_the_row() -> None:
    line = learn()["line"]
    wanted = [
        Placeholder("text", 2, 1), Placeholder("number", 2, 2), Placeholder("from", 2, 2), Placeholder("to", 2, 2),
        Placeholder("at", 2, 4, -1),
    ]  # fmt: skip
    layout = Layout(line, wanted, is_whole=True)
    text = "LIN+1++4006381333931:EN'QTY+153:12:PCE'PRI+AAA:1.25'"
    match = line.pattern.fullmatch(text)
    assert match is not None
    row = layout.read(match, NUMBERS[None])
    assert len(row) == layout.width
    assert [row[layout.place(one)] for one in wanted] == ["4006381333931", "12", *match.span(3), 4]
