"""The lines of a plan as JSON text: what a match of its shape brings is put into the placeholders of its templates."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from operator import itemgetter
from re import Match
from typing import Any

from udf.gatekeeper.blocks import packed_unit
from udf.plans.checks import LineChecks, check_piece
from udf.plans.conversions import DAYS, Numbers, as_text, resolve
from udf.plans.example import Placeholder
from udf.plans.plan import Plan
from udf.plans.templates import Template, join_pieces
from udf.standards.items import has_check_digit

Row = list[Any]
_Reader = Callable[[Row], tuple[Any, ...]]


class Layout:
    """What a match of a shape brings as one flat row, of which placeholders are places.

    Texts as JSON writes them, numbers, first and last days, spans, offsets; `is_whole` reads the texts and numbers of
    all slots, so that each is checked, otherwise only those of the placeholders.
    """

    def __init__(self, plan: Plan, placeholders: Iterable[Placeholder], is_whole: bool) -> None:
        known = list(placeholders)
        slots = len(plan.shape.slots)
        wanted = {what: sorted({one.slot for one in known if one.what == what}) for what in ("text", "number")}
        numbers = [i for i, slot in enumerate(plan.shape.slots) if slot.kind == "number"]
        self.numbers = numbers if is_whole else wanted["number"]
        self._texts = plan.texts if is_whole else [i for i in plan.texts if i in wanted["text"]]
        self._days = sorted({(one.slot, one.form) for one in known if one.what in ("first", "last")})
        self._offsets = sorted({(one.form, one.slot) for one in known if one.what == "at"})
        self._release = plan.dialect.delimiters.release
        self._at_number = slots
        self._at_day = slots + len(self.numbers)
        self._at_span = self._at_day + 2 * len(self._days)
        self._at_offset = self._at_span + 2 * (slots + 1)
        self.width = self._at_offset + len(self._offsets)

    def place(self, one: Placeholder) -> int:
        """Where in the row a placeholder's value stands."""
        if one.what == "text":
            return one.slot
        if one.what == "number":
            return self._at_number + self.numbers.index(one.slot)
        if one.what in ("first", "last"):
            return self._at_day + 2 * self._days.index((one.slot, one.form)) + (one.what == "last")
        if one.what == "at":
            return self._at_offset + self._offsets.index((one.form, one.slot))
        return self._at_span + 2 * (one.slot + 1) + (one.what == "to")

    def read(self, match: Match[str], numbers: Numbers) -> Row:
        """The row of a match. Raises NotPlainError."""
        groups = match.groups()
        regs = match.regs
        row: Row = [*groups]
        for i in self._texts:
            row[i] = as_text(groups[i], self._release)
        row += [numbers[groups[i]] for i in self.numbers]
        for slot, form in self._days:
            row += DAYS[groups[slot], form]
        row += chain.from_iterable(regs)
        if self._offsets:
            row += [(regs[after + 1][1] if after >= 0 else regs[0][0]) + step for after, step in self._offsets]
        return row


class Writer:
    """Writes the lines of one line plan under one header plan and one group plan.

    A line's row is that of its match, followed by that of its group's and by what its keys need of the header.
    """

    def __init__(self, plan: Plan, group: Plan | None, templates: Sequence[Template]) -> None:
        self.facts = [template.facts for template in templates if template.facts]
        self._plan = plan
        pieces: list[str | Placeholder] = []
        for number, template in enumerate(templates):
            pieces += ([","] if number else []) + list(template.pieces)
        inner = [piece for piece in pieces if isinstance(piece, Placeholder) and piece.scope]
        # Few long texts: they are put together for each message, and most have few lines.
        self._outer = list(join_pieces(
            "%s" if isinstance(piece, Placeholder) and piece.scope else
            piece.replace("%", "%%") if isinstance(piece, str) else piece for piece in pieces
        ))  # fmt: skip
        keys = [fact.stock_key for fact in self.facts if fact.stock_key is not None]
        dates = Counter(fact.dates for fact in self.facts if fact.dates)
        sums = [
            (fact.quantity, fact.place, fact.dates[1] if fact.dates else "", fact.item, *fact.ids)
            for fact in self.facts
        ]  # fmt: skip
        asked = [value for known in (*keys, *dates, *sums) for value in known]
        wanted = [*inner, *(value for value in asked if isinstance(value, Placeholder))]
        wanted += [one for fact in self.facts for one in (fact.item, fact.quantity)]
        self.line = Layout(plan, (one for one in wanted if one.scope == 2), is_whole=True)
        self.group = Layout(group, (one for one in wanted if one.scope == 1), is_whole=False) if group else None
        self._constants = list(dict.fromkeys(v for v in asked if not (isinstance(v, Placeholder) and v.scope)))
        self._is_checked = bool(plan.texts or plan.periods or plan.is_doubtful)
        self.pick = self._picker(inner)
        self.quantities = self._picker(fact.quantity for fact in self.facts)
        self.written = _picker(self.line.numbers)
        """Its numbers as they were sent."""
        self.stock = [self._picker(key) for key in keys]
        self.sums = [
            ((fact.line.qualifier, fact.line.unit, packed_unit(fact.line)), self._picker(values))
            for fact, values in zip(self.facts, sums, strict=True)
        ]  # fmt: skip
        """What may show that a place has the sums of all others: quantity, place, last day, item and its numbers."""
        self.dates = [(self._picker(pair), count) for pair, count in dates.items()]
        """With the number of lines that have them."""
        items = Counter((self._place(f.item), f.line.item_id_type) for f in self.facts if f.item.scope == 2)
        self.items = [(*item, count) for item, count in items.items() if has_check_digit(item[1])]
        """Those that have a check digit, with the number of lines that name them."""
        self.needs_no_period = any(fact.needs_no_period for fact in self.facts)
        checks = LineChecks(plan, self.facts)
        self.checks = checks if checks else None
        lin = plan.tags.index("LIN") if "LIN" in plan.tags else None
        self.line_number = "" if lin is None else plan.component(lin, 0)

    def _place(self, value: Any) -> int:
        if not isinstance(value, Placeholder) or not value.scope:
            above = self.line.width + (self.group.width if self.group else 0)
            return above + self._constants.index(value)
        if value.scope == 2:
            return self.line.place(value)
        assert self.group is not None
        return self.line.width + self.group.place(value)

    def _picker(self, values: Iterable[Any]) -> _Reader:
        return _picker([self._place(value) for value in values])

    def begin(self, header: Match[str], numbers: Numbers) -> tuple[str, Row]:
        """The text of a line under a header, with `%s` for each value below it; and the end of its row."""
        release = self._plan.dialect.delimiters.release

        def settle(value: Any) -> Any:
            return resolve(value, header, numbers, release) if isinstance(value, Placeholder) else value

        text = "".join(settle(p).replace("%", "%%") if isinstance(p, Placeholder) else p for p in self._outer)
        return text, [settle(value) for value in self._constants]

    def read(self, match: Match[str], numbers: Numbers) -> Row:
        """The row of a line, but for what stands above it. Raises NotPlainError."""
        if self._is_checked:
            check_piece(self._plan, match)
        return self.line.read(match, numbers)


def _picker(places: Sequence[int]) -> _Reader:
    """A function that gives the values at some places of a row as a tuple."""
    if not places:
        return lambda row: ()
    if len(places) == 1:
        only = places[0]
        return lambda row: (row[only],)
    return itemgetter(*places)
