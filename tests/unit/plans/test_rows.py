"""Plans and arrangements as rows, and back."""

from tests.unit.plans.routes import EDIFACT, teach_reports, write_report
from udf.plans.book import PlanBook
from udf.plans.profiles import Profile
from udf.plans.rows import read_row, write_row
from udf.standards.reference import load_reference


def test_a_plan_comes_back_from_its_row() -> None:
    for row in teach_reports().book.take_changed():
        plan = read_row(row, load_reference())
        assert write_row(plan, Profile())._replace(profile=row.profile) == row


def test_rows_are_all_that_another_process_needs() -> None:
    routes = teach_reports()
    book = PlanBook(load_reference(), 0)
    book.load(routes.book.take_changed())
    book.load_arrangements(routes.book.take_proved())
    assert book.replay(write_report(number=20), EDIFACT) is not None
