"""The plans of one partner: found by their shapes, and run in arrangements that were proved."""

from tests.unit.plans.routes import SOLD, Routes, line, write_edifact
from udf.plans.partner import PartnerPlans
from udf.plans.plan import arrange


def learn() -> PartnerPlans:
    routes = Routes().teach(write_edifact, [*SOLD, *line(1, "PRI+AAA:5"), *line(2)])
    (partner,) = routes.book._partners.values()
    return partner


def test_plans_are_found_by_kind_and_shape_the_longest_first() -> None:
    partner = learn()
    (dialect,) = partner.bodies
    assert [len(plan.tags) for plan in partner.bodies[dialect]] == [3, 2, 1]
    text = "".join(f"{row}'" for row in line(3))
    found = partner.find("line", dialect, text, (0, len(text)))
    assert found is partner.bodies[dialect][1]
    assert partner.find("group", dialect, text, (0, len(text))) is None
    assert len(partner) == len(partner.plans_of(dialect)) == 5


def test_fewer_kinds_of_lines_that_begin_and_end_alike_are_proved_too() -> None:
    known = learn()
    (dialect,) = known.bodies
    long, short, group = known.bodies[dialect]
    (header,), (trailer,) = known.headers, known.trailers[dialect]
    partner = PartnerPlans()
    whole = [header, group, long, short, long, trailer]
    partner.prove(arrange(whole), frozenset(whole))
    fewer = [header, group, long, long, trailer]
    assert partner.is_proved(whole)
    assert partner.is_proved(fewer)
    assert not partner.is_proved([header, group, long, short, trailer])  # it ends with another line
    assert not partner.is_proved([header, long, long, trailer])
