"""Which quantities of a message have a price, and in what order several stand: alike in all lines, or one has moved."""

from collections.abc import Sequence
from itertools import pairwise

from udf.edi.segments import Segment
from udf.findings import Finding
from udf.standards.chunks import Chunks, each_line
from udf.standards.prices import PRICES, bind_prices, price_kind, price_run, price_runs
from udf.standards.quantities import activity_of, quantity_positions
from udf.standards.setting import Setting


def check_price_order(segments: Sequence[Segment]) -> list[Finding]:
    """The first of several prices that stand together is the first elsewhere too."""
    kinds = [price_kind(segment) if segment.tag in PRICES else None for segment in segments]
    following = {kind for before, kind in pairwise(kinds) if before and kind and before != kind}
    for index, (before, kind, behind) in enumerate(zip([None, *kinds], kinds, [*kinds[1:], None], strict=False)):
        if kind in following and behind and not before:
            detail = f"{segments[index].tag} {segments[index].value(0)} is the first of some prices and not of others."
            return [Finding("order-mixed", detail, index)]
    return []


def check_priced_lines(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """Which quantities have a price: a code all as many, and no line has its neighbour's beside its own."""
    priced: dict[str, int] = {}
    owned: dict[str, bool] = {}
    shared: set[bool] = set()
    surplus: list[int] = []  # runs of prices more than quantities, for each line
    for line in each_line(chunks):
        span = quantity_positions(segments, line.first, line.last, setting.standard)
        # A count of documents (QTY OC, N4) stands between a ZA and its price and has none itself.
        activities = sorted({
            a for a in (activity_of(segments, s, setting.standard) for s, _, _ in span)
            if setting.measure(segments[a].tag, segments[a].value(0)) != "ignored"
        })  # fmt: skip
        runs = price_runs(segments, line.first, line.last, setting)
        if not activities:  # of a line without a quantity the price says nothing of others
            continue
        surplus.append(len(runs) - len(activities))
        if len(surplus) > 1 and _is_moved(surplus[-2:], len(activities)):
            detail = "A line without a price stands beside one with too many: one of them is the other's."
            return [Finding("order-mixed", detail, line.first)]
        if not runs:
            continue
        if setting.standard.shares_last_price and activities[0] != activities[-1] and runs[-1][0] > activities[-1]:
            shared.add(len(runs) == 1)
        if len(shared) > 1:
            detail = "One price stands behind all quantities of a line; in others each quantity has its own."
            return [Finding("order-mixed", detail, runs[0][0])]
        for activity, price in bind_prices(segments, line.first, line.last, activities, setting)[0].items():
            code = segments[activity].value(0)
            run = price_run(segments, price, line.last, setting) if price else []
            # How many UIT an 867 has is the sale's: one for each kind of customer.
            count = len(run) if run and segments[run[0][0]].tag in PRICES else min(len(run), 1)
            if price and owned.setdefault(code, price[0] > activity) != (price[0] > activity):
                detail = f"Quantity {code} has a price of its own in some lines and that of the line in others."
                return [Finding("order-mixed", detail, activity)]
            known = priced.setdefault(code, count)
            if bool(known) != bool(count):
                detail = f"Quantity {code} has a price in some lines and none in others that state prices."
                return [Finding("order-mixed", detail, activity)]
            if known != count:
                detail = f"Quantity {code} has {known} prices in some lines and {count} in others: one may be lost."
                return [Finding("order-mixed", detail, activity)]
    return []


def _is_moved(surplus: list[int], activities: int) -> bool:
    """Whether of two lines with one quantity each the one has no price and the other two."""
    return activities == 1 and sorted(surplus) == [-1, 1]
