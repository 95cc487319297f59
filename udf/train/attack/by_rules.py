"""A compiler without a model: the rules of the standards read, and the gatekeeper judges."""

from collections.abc import Sequence

from udf.compiler import Compiler
from udf.contract import Outcome
from udf.message import Unit
from udf.outcome import Envelope
from udf.train.attack.clerk import Clerk

RULES = "rules"
"""The name of the reader in tables and figures."""


class RulesCompiler(Compiler):
    """Reads by `udf.readers.rules` alone."""

    def __init__(self) -> None:
        self._rules = Clerk()
        super().__init__(self._rules, model=RULES)

    def _study(self, texts: Sequence[str], envelopes: Sequence[Envelope | None] | None) -> None:
        self._rules.known.clear()
        for text, envelope in zip(texts, envelopes or [None] * len(texts), strict=True):
            self._rules.study(text, envelope)

    def compile_batch(self, texts: Sequence[str], envelopes: Sequence[Envelope | None] | None = None) -> list[Outcome]:
        self._study(texts, envelopes)
        return super().compile_batch(texts, envelopes)

    def compile_units(
        self, texts: Sequence[str], envelopes: Sequence[Envelope | None] | None = None
    ) -> list[tuple[Outcome, list[Unit]]]:
        self._study(texts, envelopes)
        return super().compile_units(texts, envelopes)
