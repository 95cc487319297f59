"""Lines a second: by the model alone, by plans in one process and two, and over a day of mixed partners in two."""

import random
from pathlib import Path
from typing import Any

from bench.clock import ROUNDS, race
from bench.exactness import Exactness
from bench.partners import HABITS, Message, Partner, draw_partner, wrap, write_messages
from bench.processes import Rounds, run_together
from bench.run import LEARNT, LONG, SEED, Run, compile_messages, find_envelope, make_compiler, teach_plans
from udf.compiler import Compiler
from udf.outcome import CompiledRow, Envelope

PROCESSES = 2
DAY_PARTNERS = 40
UNSEEN = 100
"""One message in so many comes from a partner that nobody has seen."""
DAY_GROUPS = (5, 25, 25, 100)
"""Line groups of a day's messages."""


def measure(run: Run) -> dict[str, Any]:
    """Stated quantities and line groups, of outcomes as rows to store, gatekeeper included."""
    found = _measure_model(run)
    groups = run.choose(40_000, 4_000)
    for processes in (1, PROCESSES):
        run.tell(f"{groups} line groups by plans, in {processes} process{'es' * (processes > 1)}")
        done = run_together(PlanWork, [(run.model, groups // processes, n) for n in range(processes)], ROUNDS)
        run.exactness.add(done.exactness)
        name = "lines_per_s_plan" if processes > 1 else "lines_per_s_plan_one_process"
        found |= _rate(name, done, [fact["lines"] for fact in done.facts], [fact["groups"] for fact in done.facts])
        found[f"{name}_share"] = _share_of_plans(done)
    return found | _measure_day(run)


def _measure_model(run: Run) -> dict[str, Any]:
    compiler, engine = make_compiler(run.model, has_plans=False)
    r = random.Random(SEED)
    partners = [draw_partner(r, n, habit) for n, habit in enumerate(list(HABITS) * run.choose(6, 1))]
    messages, envelopes = _gather(partners, 25, 1)
    run.tell(f"{sum(m.groups for m in messages)} line groups by the model alone, all at once")
    rows: list[CompiledRow] = []

    def read() -> None:
        engine.forget()
        rows[:] = compile_messages(compiler, messages, envelopes)

    before = engine.decoded
    timing = race({"model": read})["model"]
    run.exactness.mark(rows, messages)
    lines, groups = (sum(counts) for counts in zip(*((len(m.lines), m.groups) for m in messages), strict=True))
    return {
        "lines_per_s_model": round(lines / timing.seconds),
        "lines_per_cpu_s_model": round(lines / timing.cpu_seconds),
        "groups_per_s_model": round(groups / timing.seconds),
        "prompts_per_group_model": round((engine.decoded - before) / ROUNDS / groups, 3),
    }


def _measure_day(run: Run) -> dict[str, Any]:
    count = run.choose(600, 200)
    sizes = DAY_GROUPS[:3] if run.is_quick else DAY_GROUPS
    run.tell(f"a day of {count} messages of {DAY_PARTNERS} partners, 1 in {UNSEEN} unseen, in {PROCESSES} processes")
    done = run_together(DayWork, [(run.model, count // PROCESSES, n, sizes) for n in range(PROCESSES)], ROUNDS)
    run.exactness.add(done.exactness)
    lines, groups = ([fact[name] for fact in done.facts] for name in ("lines", "groups"))
    return _rate("lines_per_s_mixed", done, lines, groups) | {
        "mixed_plan_share": _share_of_plans(done),
        "mixed_prompts_per_unseen_message": round(
            sum(fact["decoded"] for fact in done.facts) / max(1, sum(fact["unseen"] for fact in done.facts)), 2
        ),
    }


def _rate(name: str, done: Rounds, lines: list[int], groups: list[int]) -> dict[str, Any]:
    cpu = sorted(done.cpu_seconds)[len(done.cpu_seconds) // 2]
    return {
        name: round(sum(lines) / done.median),
        f"{name}_per_cpu_s": round(sum(lines) / cpu),
        f"{name}_groups": round(sum(groups) / done.median),
    }


def _share_of_plans(done: Rounds) -> float:
    planned, rows = (sum(int(fact[name]) for fact in done.facts) for name in ("planned", "rows"))
    return round(planned / rows, 4)


def _gather(partners: list[Partner], groups: int, count: int) -> tuple[list[Message], list[Envelope]]:
    """So many messages of each partner, and their envelopes."""
    messages: list[Message] = []
    envelopes: list[Envelope] = []
    for partner in partners:
        own = list(write_messages(SEED, partner, groups, count))
        messages += own
        envelopes += [find_envelope(wrap(partner, own[:1]))] * count
    return messages, envelopes


class PlanWork:
    """A share of the messages of partners that are known, one of each habit."""

    def __init__(self, model: Path, groups: int, number: int) -> None:
        self.compiler, _ = make_compiler(model)
        self.exactness = Exactness()
        r = random.Random(f"{SEED}:{number}")
        partners = [draw_partner(r, 100 * number + n, habit) for n, habit in enumerate(HABITS)]
        self.messages, self.envelopes = _gather(partners, LONG, max(1, groups // LONG // len(partners)))
        _teach(self.compiler, partners, (LEARNT,), self.exactness)
        self.rows: list[CompiledRow] = []
        self.planned = self.marked = 0

    def do(self, number: int) -> None:
        """The same messages in each round: a plan keeps no values."""
        self.rows = compile_messages(self.compiler, self.messages, self.envelopes)

    def finish(self) -> tuple[Exactness, dict[str, Any]]:
        self.exactness.mark(self.rows, self.messages)
        return self.exactness, {
            "rows": len(self.rows), "planned": sum(row.route == "plan" for row in self.rows),
            "lines": sum(len(m.lines) for m in self.messages), "groups": sum(m.groups for m in self.messages),
        }  # fmt: skip


class DayWork:
    """A share of a day. The partners sent messages before; who is rare in the day was rare before as well."""

    def __init__(self, model: Path, count: int, number: int, sizes: tuple[int, ...]) -> None:
        self.compiler, self.engine = make_compiler(model)
        self.exactness = Exactness()
        partners = draw_day_partners()
        _teach(self.compiler, partners, tuple(dict.fromkeys(sizes)), self.exactness)
        self.rounds = [
            list(draw_day(partners, count, sizes, f"{SEED}:{number}:{n}", 1000 * (1 + number))) for n in range(ROUNDS)
        ]
        self.decoded = 0
        self.rows: list[list[CompiledRow]] = []

    def do(self, number: int) -> None:
        """A new day each round, with other unseen partners; what the engine remembers of the day before is dropped."""
        self.engine.forget()
        before = self.engine.decoded
        day = self.rounds[number]
        self.rows.append(compile_messages(self.compiler, [m for m, _, _ in day], [e for _, e, _ in day]))
        self.decoded += self.engine.decoded - before

    def finish(self) -> tuple[Exactness, dict[str, Any]]:
        for rows, day in zip(self.rows, self.rounds, strict=True):
            self.exactness.mark(rows, [message for message, _, _ in day])
        everything = [entry for day in self.rounds for entry in day]
        return self.exactness, {
            "rows": len(everything), "planned": sum(row.route == "plan" for rows in self.rows for row in rows),
            "lines": round(sum(len(m.lines) for m, _, _ in everything) / ROUNDS),
            "groups": round(sum(m.groups for m, _, _ in everything) / ROUNDS),
            "unseen": sum(is_unseen for _, _, is_unseen in everything), "decoded": self.decoded,
        }  # fmt: skip


def draw_day_partners() -> list[Partner]:
    """The partners of the day, most frequent first."""
    r = random.Random(SEED)
    return [draw_partner(r, number) for number in range(DAY_PARTNERS)]


def draw_day(
    partners: list[Partner], count: int, sizes: tuple[int, ...], seed: str, strangers: int
) -> list[tuple[Message, Envelope, bool]]:  # fmt: skip
    """(message, envelope, whether its partner is unseen); the k-th partner sends 1/k as much as the first (Zipf)."""
    r = random.Random(seed)
    weights = [1 / (rank + 1) for rank in range(len(partners))]
    envelopes: dict[str, Envelope] = {}
    day = []
    for number in range(count):
        is_unseen = number % UNSEEN == UNSEEN // 2
        partner = draw_partner(r, strangers + number) if is_unseen else r.choices(partners, weights)[0]
        message = next(write_messages(f"{seed}:{number}", partner, r.choice(sizes)))
        if partner.sender not in envelopes:
            envelopes[partner.sender] = find_envelope(wrap(partner, [message]))
        day.append((message, envelopes[partner.sender], is_unseen))
    return day


def _teach(compiler: Compiler, partners: list[Partner], sizes: tuple[int, ...], exactness: Exactness) -> None:
    for partner in partners:
        message = next(write_messages("earlier", partner, 1))
        teach_plans(compiler, partner, find_envelope(wrap(partner, [message])), sizes, exactness)
