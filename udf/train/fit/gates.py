"""What a packed model must hold to before it ships: lose nothing, answer as torch does, be small, never be silent."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from udf.train.exam.messages import HELD_OUT, KNOWN

LEAST_PARITY = 0.999
"""Share of torch's own answers: 2 in 2,000 may be ties that rounding breaks the other way."""
PROMPTS = 2000
MAX_BYTES = 4_000_000
LEAST_EXACT, LEAST_FIRST, LEAST_GROUPS, LEAST_SAMPLES = 0.995, 0.98, 0.999, 0.97
"""What was asked: held-out messages after the loop and at the first pass, line groups of known partners at the first
pass, hand-checked records."""
LEAST_LINES, LEAST_DAMAGED = 20_000, 1_000
"""An exam of fewer proves no zero."""


@dataclass(frozen=True, slots=True)
class Packed:
    """One format, measured: size, how its matrices are packed, share of exact answers, of torch's own, time.

    `lost` counts the chunks that 16 bits answer exactly and this format does not, `gained` the other way round.
    """

    quantisation: str
    bytes: int
    matrices: dict[str, int]
    exact: float
    parity: float
    ms_per_chunk: float
    lost: int
    gained: int

    @property
    def loses_nothing(self) -> bool:
        """Whether the chunks lost beyond those gained are noise.

        All formats answer the same chunks, so only those tell on which one differs from 16 bits. If neither is better,
        lost - gained has mean 0 and deviation √(lost + gained). One deviation is allowed, not the usual 1.64: to ship a
        format that is worse costs records, to keep one that is larger costs kilobytes.
        """
        return self.lost - self.gained <= math.sqrt(self.lost + self.gained)


def choose(formats: Sequence[Packed]) -> Packed | None:
    """The smallest format that loses nothing and answers as torch does; None where there is none."""
    held = [packed for packed in formats if packed.loses_nothing and packed.parity >= LEAST_PARITY]
    return min(held, key=lambda packed: packed.bytes, default=None)


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition for shipping: what was asked, what was found."""

    name: str
    asked: str
    found: str
    holds: bool
    improves: bool = False
    """A share of what is read rightly that is larger than that of the model before; nothing else may ever be missed."""


def check_gates(
    packed: Packed, chunks: int, parity: float, prompts: int, exam: dict[str, Any], before: dict[str, Any] | None
) -> list[Gate]:
    """The gates of a format, measured on so many chunks, compared with torch on so many prompts and examined.

    `before` is the same exam of the model that it would replace; None where that one cannot be run any more.
    """
    silent = exam["silent_errors"] + (exam["samples"]["silent_errors"] if exam["samples"] else 0)
    if cases := exam.get("cases"):
        silent += cases["silent"]
    accepted, damaged = exam["damaged messages"]["accepted"], exam["damaged messages"]["messages"]
    if plans := exam.get("plans"):
        silent += plans["silent_errors"] + (plans["samples"]["silent_errors"] if plans["samples"] else 0)
        accepted += plans["damaged messages"]["accepted"]
    exact = exam["messages_complete_and_exact"]
    least = before["messages_complete_and_exact"] if before else 0.0
    held_out, known = exam["splits"][HELD_OUT], exam["splits"][KNOWN]
    earlier = before["splits"] if before else {HELD_OUT: {}, KNOWN: {}}
    shares = [
        (f"{split.split()[0]} {what}", asked, found[figure], earlier[split].get(figure, 1.0))
        for what, split, found, figure, asked in (
            ("messages exact", HELD_OUT, held_out, "messages_exact", LEAST_EXACT),
            ("messages exact, first pass", HELD_OUT, held_out, "messages_exact_first_pass", LEAST_FIRST),
            ("line groups exact, first pass", KNOWN, known, "line_groups_exact_first_pass", LEAST_GROUPS),
        )
    ]
    if exam["samples"]:
        shares.append(("hand-checked records right", LEAST_SAMPLES, exam["samples"]["share"], 1.0))
    return [
        Gate("size", f"at most {MAX_BYTES:,} bytes", f"{packed.bytes:,} bytes", packed.bytes <= MAX_BYTES),
        Gate(
            "packing loses nothing",
            "lost - gained within noise",
            f"{packed.lost} lost, {packed.gained} gained of {chunks:,} chunks",
            packed.loses_nothing,
        ),
        Gate(
            "answers as torch does",
            f"{LEAST_PARITY:.1%} of {PROMPTS:,} prompts",
            f"{parity:.2%} of {prompts:,}",
            parity >= LEAST_PARITY and prompts >= PROMPTS,
        ),
        Gate(
            "no silent error in the exam",
            f"0 of {LEAST_LINES:,} lines",
            f"{silent} of {exam['lines']:,}",
            silent == 0 and exam["lines"] >= LEAST_LINES,
        ),
        Gate(
            "no damaged message accepted",
            f"0 of {LEAST_DAMAGED:,}",
            f"{accepted} of {damaged:,}",
            accepted == 0 and damaged >= LEAST_DAMAGED,
        ),
        *(
            Gate(name, f"{asked:.1%}", f"{found:.2%}", found >= asked, found > was)
            for name, asked, found, was in shares
        ),
        Gate("as good as the model before", f"{least:.2%} exact messages", f"{exact:.2%}", exact >= least),
    ]
