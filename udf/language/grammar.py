"""The grammar of an answer: its format and nothing else.

Which fields a header, a group or a line has; that a pointer points at a component of the chunk, or at nothing; that a
record of a line begins with its quantity, and quantities come in the order of the text. What a component may mean,
which of them has to be named and what belongs to what is the model's to say: of the standards nothing is known here, so
that no rule of theirs bounds the second witness.
"""

from collections.abc import Sequence
from typing import NamedTuple

from udf.language.meanings import MEASURES
from udf.language.vocabulary import (
    EOS,
    FIELD,
    FIELD_OF,
    MARK,
    MEANING,
    MODE,
    MORE,
    NONE,
    PAD,
    Bundles,
    count_markers,
    name_kind,
    name_type,
)
from udf.reading import FIELDS


class Standing(NamedTuple):
    """How far an answer has come: the rank of the last field, the last quantity, whether MORE was said."""

    rank: int = -1
    quantity: int = -1
    is_more: bool = False
    is_begun: bool = False


BEGINNING = Standing()
OF_DOCUMENTS = ("document_number", "document_date", "function", "currency")
_ABOVE = ("location", "location_type", "start", "end")
OF_KIND = {
    "header": (*_ABOVE, *OF_DOCUMENTS), "group": _ABOVE, "line": FIELDS[: FIELDS.index("end") + 1],
}  # fmt: skip
"""The fields of each kind of chunk, in their order."""
_CONTROLS = {kind: [FIELD[field] for field in fields] for kind, fields in OF_KIND.items()}
_RANK = {FIELD[field]: rank for rank, field in enumerate(FIELDS)}
_QUANTITY, _QUALIFIER = FIELD["quantity"], FIELD["qualifier"]
_BESIDE = (FIELD["location_type"], FIELD["end"])
"""What follows from the field before it, of which an answer may say that it is not there."""


class AnswerGrammar:
    """What may be answered to one prompt."""

    def __init__(self, prompt: Bundles) -> None:
        kind = name_kind(prompt[0][1])
        self._is_line = kind == "line"
        self._has_parts = name_type(prompt[0][2]).isdigit()
        self._controls = _CONTROLS[kind]
        self._markers = count_markers(prompt)
        self._is_meaning = prompt[0][MODE] == MEANING

    def controls(self, standing: Standing) -> Sequence[int]:
        """The tokens that may decide the next step."""
        rank, last, is_more, is_begun = standing
        if self._is_meaning:
            return [EOS] if is_begun else [_QUALIFIER]
        if not self._markers:
            return [EOS]
        if not self._is_line:
            return [*(control for control in self._controls if _RANK[control] > rank), EOS]
        more = [_QUANTITY] if last + 1 < self._markers else []
        if not is_begun or is_more:
            return [*more, EOS]
        following = [control for control in self._controls if _RANK[control] > rank]
        return [*following, *more, *([MORE] if self._has_parts else []), EOS]

    def pointers(self, control: int, standing: Standing) -> Sequence[int]:
        """What a field may be given next; nothing for a control that is no field."""
        if control not in FIELD_OF:
            return ()
        if self._is_meaning:
            return range(MARK, MARK + len(MEASURES))
        if control == _QUANTITY:
            return range(MARK + standing.quantity + 1, MARK + self._markers)
        # A header has no record before it that a field could be taken from: what it does not state is not named.
        begin = NONE if self._is_line or control in _BESIDE else MARK
        return range(begin, MARK + self._markers)

    def advance(self, standing: Standing, control: int, pointer: int) -> Standing:
        """Where an answer stands after one more step."""
        if control == MORE:
            return standing._replace(is_more=True)
        if control == _QUANTITY:
            return Standing(0, self._number(pointer), False, True)
        return standing._replace(rank=_RANK.get(control, standing.rank), is_begun=True)

    def _number(self, pointer: int) -> int:
        """Which component of the prompt a pointer names."""
        return pointer - MARK

    def allowed(self, tokens: Sequence[int]) -> Sequence[int]:
        """The tokens that may follow an unfinished answer: a control, or the pointer of the field that is its last."""
        standing, control = BEGINNING, PAD
        for token in tokens:
            if control in FIELD_OF:
                standing, control = self.advance(standing, control, token), PAD
            elif token in FIELD_OF:
                control = token
            else:
                standing = self.advance(standing, token, PAD)
        return self.pointers(control, standing) if control in FIELD_OF else self.controls(standing)
