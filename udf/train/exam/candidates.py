"""Who is examined on the whole exam: the tiny compiler, and the rules of the standards by themselves.

Whatever reads, the same gatekeeper judges.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from udf.compiler import Compiler
from udf.engines.llama import LlamaEngine

TINY, RULES = "tiny compiler", "rules (readers/rules)"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A compiler that is examined, and the same one with one answer for each chunk."""

    name: str
    compiler: Compiler
    once: Compiler
    forget: Callable[[], None] = lambda: None
    """Drops what was remembered of messages before, so that each one is read as the first."""
    facts: dict[str, Any] = field(default_factory=dict)


def tiny_candidate(model: Path, engine: LlamaEngine) -> Candidate:
    """The model that ships, or is to ship."""
    compiler = Compiler(engine)
    once = Compiler(engine, compiler.reference, attempts=1)
    return Candidate(TINY, compiler, once, engine.forget, {"file_mb": megabytes(model), "threads": 1})


def rules_candidate() -> Candidate:
    """The rules have one answer for each chunk, and no file but code and tables."""
    compiler = Compiler(None)
    return Candidate(RULES, compiler, compiler, facts={"threads": 1})


def megabytes(path: Path) -> float:
    """A file's size."""
    return round(path.stat().st_size / 1e6, 2)
