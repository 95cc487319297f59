"""The plans of one partner and what is worked out from them: in which order they are tried, what they write."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from udf.plans.plan import Arrangement, Dialect, Kind, Plan, arrange
from udf.plans.profiles import Profile
from udf.plans.templates import Template, make_header_template, make_line_templates
from udf.plans.writers import Writer


@dataclass(slots=True)
class PartnerPlans:
    """The plans of one partner. Messages of several types and versions may stand in it."""

    headers: list[Plan] = field(default_factory=list)
    bodies: dict[Dialect, list[Plan]] = field(default_factory=dict)
    """Groups and lines, those with most segments first: a shorter shape may be the beginning of a longer one."""
    trailers: dict[Dialect, list[Plan]] = field(default_factory=dict)
    codes: defaultdict[Dialect, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The qualifiers of all quantities of a dialect."""
    is_summed: bool = False
    """Whether some trailer may state a sum of the quantities."""
    proved: dict[Arrangement, list[frozenset[Plan]]] = field(default_factory=dict)
    """Arrangements that the compiler has proved in full, with the sets of plans that stood in them."""
    profiles: defaultdict[Dialect, Profile] = field(default_factory=lambda: defaultdict(Profile))
    """How the values of a dialect are written."""
    failures: Counter[Dialect] = field(default_factory=Counter)
    """Messages in a row from which nothing could be learnt; one dialect's are not another's."""
    _writers: dict[tuple[Plan, Plan | None, Plan], Writer] = field(default_factory=dict)
    _heads: dict[Plan, Template] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.headers) + sum(map(len, (*self.bodies.values(), *self.trailers.values())))

    def put(self, plan: Plan) -> None:
        """Add a plan where it is looked for."""
        if plan.kind == "header":
            self.headers.append(plan)
            return
        self.codes[plan.dialect] |= plan.codes
        self.is_summed = self.is_summed or not {"CNT", "CTT"}.isdisjoint(plan.tags)
        plans = (self.trailers if plan.kind == "trailer" else self.bodies).setdefault(plan.dialect, [])
        plans.append(plan)
        # Of equal length the one that demands equal values goes first: it fits less.
        plans.sort(key=lambda p: (-len(p.tags), -sum(slot.kind == "as" for slot in p.shape.slots)))

    def keep_to_profile(self, dialect: Dialect) -> bool:
        """Let the plans of a dialect run alone on what fits its profile; whether that is something else than before."""
        changed = [plan.keep_to(self.profiles[dialect]) for plan in self.plans_of(dialect)]
        return any(changed)

    def find(self, kind: Kind, dialect: Dialect, text: str, span: tuple[int, int]) -> Plan | None:
        """The plan whose shape a piece of a text has, whether it runs or not."""
        of_kind = self.trailers if kind == "trailer" else self.bodies
        plans = self.headers if kind == "header" else of_kind.get(dialect, [])
        return next((plan for plan in plans if plan.kind == kind and plan.pattern.fullmatch(text, *span)), None)

    def plans_of(self, dialect: Dialect) -> list[Plan]:
        """All plans of a dialect."""
        headers = [plan for plan in self.headers if plan.dialect == dialect]
        return [*headers, *self.bodies.get(dialect, ()), *self.trailers.get(dialect, ())]

    def head(self, header: Plan) -> Template:
        """What a header plan writes. Raises UntraceableError."""
        if header not in self._heads:
            record = header.records[0] if header.records else {}
            self._heads[header] = make_header_template(header.shape, record, header.setting, header.dialect.standard)
        return self._heads[header]

    def writer(self, header: Plan, group: Plan | None, line: Plan) -> Writer:
        """What a line plan writes under a header and a group. Raises UntraceableError."""
        key = header, group, line
        if key not in self._writers:
            templates = make_line_templates(
                [header.shape, group.shape if group else None, line.shape],
                [plan.records[0] if plan and plan.records else {} for plan in (header, group)],
                line.records, header.setting,
            )  # fmt: skip
            self._writers[key] = Writer(line, group, templates)
        return self._writers[key]

    def is_proved(self, plans: Sequence[Plan]) -> bool:
        """Whether a message of these plans has the layout of one that was proved.

        Contradictions in a layout (two orders, prices in some lines only) come from what stands in it, so a message
        with fewer kinds of lines than a proved one has none either, as long as it begins and ends alike.
        """
        used = frozenset(plans)
        return any(used <= known for known in self.proved.get(arrange(plans), ()))

    def prove(self, arrangement: Arrangement, plans: frozenset[Plan]) -> None:
        """Remember that a message of these plans was proved."""
        known = self.proved.setdefault(arrangement, [])
        if not any(plans <= other for other in known):
            known[:] = [other for other in known if not other <= plans] + [plans]
