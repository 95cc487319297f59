"""What callers hand over, checked before anything is compiled: a wrong type raises, and no content ever does."""

import json
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from udf.outcome import Envelope

if TYPE_CHECKING:
    from udf import contract

    EnvelopeLike: TypeAlias = Envelope | contract.Envelope | Mapping[str, Any]
    """What says what an interchange does: an envelope of the compiler or of the contract, or a dict as from JSON."""

_TYPES: dict[str, type] = dict.fromkeys(Envelope._fields, str) | {"is_test": bool}


def check_texts(texts: Iterable[str]) -> list[str]:
    """The messages of a batch. Raises TypeError where one is no text, or where the batch is a text itself."""
    if isinstance(texts, str | bytes | Mapping) or not isinstance(texts, Iterable):
        raise TypeError(f"texts is {_name(texts)}, not a sequence of str; udf.compile_edi takes a single message")
    return [check_text(text, f"texts[{position}]") for position, text in enumerate(texts)]


def check_text(text: object, name: str = "text") -> str:
    """The message itself. Raises TypeError where it is no text; `name` is what the error calls it."""
    if not isinstance(text, str):
        hint = "; udf.split_interchange reads the bytes of a file" if isinstance(text, bytes | bytearray) else ""
        raise TypeError(f"{name} is {_name(text)}, not str{hint}")
    return text


def check_bytes(data: object) -> bytes:
    """The bytes of a file. Raises TypeError where they are none."""
    if not isinstance(data, bytes | bytearray | memoryview):
        hint = "; udf.compile_edi takes the text of a message" if isinstance(data, str) else ""
        raise TypeError(f"data is {_name(data)}, not bytes{hint}")
    return bytes(data)


def check_envelopes(envelopes: "Iterable[EnvelopeLike | None] | None", count: int) -> list[Envelope | None]:
    """An envelope, or None, for each of `count` texts. Raises TypeError for what is none, and ValueError."""
    if envelopes is None:
        return [None] * count
    if isinstance(envelopes, str | bytes | Mapping | Envelope) or not isinstance(envelopes, Iterable):
        raise TypeError(f"envelopes is {_name(envelopes)}, not a sequence of an envelope, or None, for each text")
    # One more than there may be is enough to know: itertools.repeat() has no end.
    some = islice(envelopes, count + 1)
    checked = [check_envelope(envelope, f"envelopes[{position}]") for position, envelope in enumerate(some)]
    if len(checked) != count:
        raise ValueError(f"{count} texts have {len(checked)}{' or more' if len(checked) > count else ''} envelopes")
    return checked


def name_type(envelopes: list[Envelope | None], message_type: object) -> list[Envelope | None]:
    """The envelopes with what bodies without service segments are said to be. Raises TypeError for what is no type."""
    if message_type is None:
        return envelopes
    if not isinstance(message_type, str):
        raise TypeError(f"message_type is {_name(message_type)}, not str or None")
    known = (envelope or Envelope() for envelope in envelopes)
    return [envelope._replace(message_type=envelope.message_type or message_type) for envelope in known]


def check_envelope(envelope: "EnvelopeLike | None", name: str = "envelope") -> Envelope | None:
    """The envelope as the compiler has it. Raises TypeError, naming the field, where it is none."""
    if envelope is None:
        return None
    if isinstance(envelope, Envelope):
        fields: Mapping[str, Any] = envelope._asdict()
    elif isinstance(envelope, Mapping):
        fields = envelope
    # Not by isinstance: to ask for the class would import pydantic.
    elif f"{type(envelope).__module__}.{type(envelope).__name__}" == "udf.contract.Envelope":
        fields = dict(envelope)
    else:
        raise TypeError(f"{name} is {_name(envelope)}, not a udf.contract.Envelope or a dict of its fields")
    for field, value in fields.items():
        if field not in _TYPES:
            raise TypeError(f"{name} has no field {field!r}, only {', '.join(_TYPES)}")
        if value is not None and not isinstance(value, _TYPES[field]):
            raise TypeError(f"{name}: {field} is {_name(value)}, not {_TYPES[field].__name__} or None")
    return envelope if isinstance(envelope, Envelope) else Envelope(**fields)


LONGEST_ENVELOPE = 20_000
"""Characters of an envelope. UNB and ISA have some hundred, and no more than 1,024 are read of either."""


def is_long(envelope: Envelope) -> bool:
    """Whether an envelope says more than any interchange does."""
    return sum(len(value) for value in envelope if isinstance(value, str)) > LONGEST_ENVELOPE


def load_envelope(text: str) -> Envelope:
    """The envelope that `udf.outcome.dump_envelope` wrote, or that a caller did. Raises ValueError where it is none."""
    if len(text) > LONGEST_ENVELOPE:
        raise ValueError(f"It has {len(text)} characters, and none has more than {LONGEST_ENVELOPE}")
    try:
        fields = json.loads(text)
    except RecursionError:
        raise ValueError("An envelope is no such depth of lists.") from None
    if isinstance(fields, dict) and all(
        name in _TYPES and (value is None or type(value) is _TYPES[name]) for name, value in fields.items()
    ) and fields.get("standard") in (None, "EDIFACT", "X12"):  # fmt: skip
        return Envelope(**fields)
    # Nearly an envelope, or nothing like one: for the contract itself to say.
    from udf import contract

    return Envelope(**contract.Envelope.model_validate_json(text).model_dump())


def _name(value: object) -> str:
    return type(value).__name__
