"""The grammar of an answer about what the standards decide: which tokens may follow, seen from the prompt alone.

A field may point only where the standards let it stand, and to no party or date that the reference tables exclude (the
roles that the gatekeeper holds it to); a header or group in which they name a place does not pass over it; a record of
a line begins with its quantity, and quantities come in the order of the text. Whatever the grammar forces costs no
thought. What they do not decide is asked by the format alone (`udf.language.grammar`).
"""

from functools import cache

from udf.language.grammar import AnswerGrammar, Standing
from udf.language.shown import Shown, fields_at, find_header_fields, find_period, read_shown
from udf.language.vocabulary import EOS, FIELD, FIELD_OF, MODE, MORE, NONE, PAD, Bundles, name_kind, name_type
from udf.reading import FIELDS
from udf.standards.header import FIELDS as OF_HEADERS
from udf.standards.message_types import MESSAGE_TYPES, standard_of
from udf.standards.quantities import TO_COME
from udf.standards.reference import load_reference
from udf.standards.standard import Standard


@cache
def _takes_every_quantity(standard: Standard) -> bool:
    return not load_reference().ignores_quantities(standard.name)


_RANK = {FIELD[field]: rank for rank, field in enumerate(FIELDS)}
_BESIDE = (FIELD["location_type"], FIELD["end"])
_QUANTITY, _LOCATION = FIELD["quantity"], FIELD["location"]


def _find_schedules(components: list[Shown]) -> set[int]:
    """SCH that name no party, below the QTY of what there is: what is to come later is no part of it (004010 846)."""
    parties = {shown.segment for shown in components if shown.tag == "SCH" and shown.element == _PARTY}
    found: set[int] = set()
    code: str | None = None
    for shown in components:
        if shown.tag == "QTY":
            code = shown.qualifier
        elif shown.tag == "SCH" and code is not None and code not in TO_COME and shown.segment not in parties:
            found.add(shown.segment)
    return found


_PARTY = 2
"""SCH03, element 98."""


class BoundedGrammar(AnswerGrammar):
    """What may be answered to one prompt of a message that its standard decides."""

    def __init__(self, prompt: Bundles) -> None:
        super().__init__(prompt)
        kind, message_type = name_kind(prompt[0][1]), name_type(prompt[0][2])
        standard = standard_of(message_type)
        asks_for_all = self._is_line and not standard.splits and _takes_every_quantity(standard)
        self._pointers: dict[int, list[int]] = {}
        self._order: dict[int, int] = {}
        self._parts: set[int] = set()
        places: list[tuple[Shown, str | None]] = []
        stated: set[int] = set()  # segments whose quantity stands where the standard has it
        components = list(read_shown(prompt))
        # Of EDIFACT, unless a table ignores some quantity, the gatekeeper asks for each; but one of several of a code
        # may be the total of the places behind it.
        codes = [shown.qualifier for shown in components if shown.tag == "QTY" and shown.component == 1]
        schedules = _find_schedules(components) if standard.splits else set()
        self._takes_all = asks_for_all and len(set(codes)) == len(codes)
        for number, shown in enumerate(components):
            self._order[shown.marker] = number
            if shown.tag in standard.splits:
                self._parts.add(number)
            fields, role = fields_at(kind, standard, shown.tag, shown.element, shown.component, shown.qualifier)
            if asks_for_all and shown.tag == "QTY" and shown.component == 1:
                stated.add(shown.segment)
            elif shown.segment in stated and shown.element:  # QTY+153:12+9: what stands behind is no second quantity
                fields = tuple(field for field in fields if field != "quantity")
            if shown.segment in schedules:
                fields = ()
            for field in fields:
                self._pointers.setdefault(FIELD[field], []).append(shown.marker)
            if "location" in fields:
                places.append((shown, role))
        self._demanded: set[int] = set()
        if kind == "header":
            self._bind_header(components, standard)
        if not self._is_line:
            self._bind_period(components, standard, MESSAGE_TYPES[message_type].is_stock)
        if not self._is_line:
            self._pointers.pop(FIELD["location_type"], None)  # beside its place, where an answer need not name it
            self._bind_place(places, standard)
        self._controls = sorted(self._pointers, key=_RANK.__getitem__)

    def _bind_header(self, components: list[Shown], standard: Standard) -> None:
        """Leave the number, date, function and currency of the document where the standard has them."""
        stated = find_header_fields(components, standard)
        for field in OF_HEADERS:
            self._pointers.pop(FIELD[field], None)
            if field in stated:
                self._pointers[FIELD[field]] = [stated[field]]
                self._demanded.add(FIELD[field])

    def _bind_period(self, components: list[Shown], standard: Standard, is_stock: bool) -> None:
        """Leave the period where the standard has it, as far as the prompt shows all that tells."""
        found = find_period(components, standard, is_stock)
        if found is None:
            return
        for field, marker in zip((FIELD["start"], FIELD["end"]), found, strict=True):
            self._pointers.pop(field, None)
            if marker is not None:
                self._pointers[field] = [marker]
                self._demanded.add(field)

    def _bind_place(self, places: list[tuple[Shown, str | None]], standard: Standard) -> None:
        """Leave out what `places.statement_places` counts as no place, and note where it demands one.

        It takes the parties that the tables call a place, and refuses an answer that names none of them.
        """
        sure = [shown for shown, role in places if role == "yes"]
        if "N1" not in standard.places:  # of an N1 the prompt does not show all that makes a weak place one
            sure = sure or [shown for shown, role in places if role == "weak"]
        if not sure:
            if not any(role == "weak" for _, role in places):
                self._pointers.pop(_LOCATION, None)
            return
        self._demanded.add(_LOCATION)
        codes = standard.stated_in("location")
        coded = {shown.segment for shown in sure if (shown.element, shown.component) == codes[shown.tag]}
        self._pointers[_LOCATION] = [
            shown.marker for shown in sure
            if shown.segment not in coded or (shown.element, shown.component) == codes[shown.tag]
        ]  # fmt: skip

    def controls(self, standing: Standing) -> list[int]:
        """The tokens that may decide the next step."""
        rank, last, is_more, is_begun = standing
        if not self._is_line:
            following = [control for control in self._controls if _RANK[control] > rank]
            for number, control in enumerate(following):
                if control in self._demanded:
                    return following[: number + 1]
            return [*following, EOS]
        quantities = self._pointers.get(_QUANTITY)
        more_quantities = quantities is not None and self._order[quantities[-1]] > last
        needs_more = more_quantities and self._takes_all
        if not is_begun or is_more:
            return ([_QUANTITY] if needs_more else [_QUANTITY, EOS]) if more_quantities else [EOS]
        following = [control for control in self._controls if _RANK[control] > rank]
        if more_quantities:
            following.append(_QUANTITY)
        if needs_more:
            return following
        if last in self._parts:
            following.append(MORE)
        return [*following, EOS]

    def pointers(self, control: int, standing: Standing) -> list[int]:
        """What a field may be given next; nothing for a control that is no field."""
        found = self._pointers.get(control, [])
        if control == _QUANTITY:
            behind = [marker for marker in found if self._order[marker] > standing.quantity]
            return behind[:1] if self._takes_all else behind
        if control not in FIELD_OF or (not self._is_line and control not in _BESIDE):
            return found  # a header has no record before it that a field could be taken from
        return [NONE, *found]

    def _number(self, pointer: int) -> int:
        return self._order.get(pointer, -1)


def grammar_of(prompt: Bundles, is_bounded: bool = True) -> AnswerGrammar:
    """The grammar of the answers to a prompt: of an open one, and of one that asks for a meaning, the format alone."""
    return BoundedGrammar(prompt) if is_bounded and prompt[0][MODE] == PAD else AnswerGrammar(prompt)
