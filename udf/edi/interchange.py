"""What a file becomes: an interchange with its messages, each with what its envelope says."""

from dataclasses import dataclass

from udf.edi.encoding import EncodingSource
from udf.outcome import Envelope, Problem


@dataclass(frozen=True, slots=True)
class InterchangeMessage:
    """One UNH…UNT or ST…SE; `text` is exactly as received, decoded; `position` is 1-based in the file.

    Of a message of more than 50,000,000 characters, `text` is the beginning alone.
    """

    position: int
    text: str
    message_type: str | None
    reference: str | None
    envelope: Envelope
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Interchange:
    """A file: its digest, how it was decoded, its problems, and at least one message."""

    sha256: str
    size: int
    encoding: str
    encoding_source: EncodingSource
    problems: list[Problem]
    messages: list[InterchangeMessage]


@dataclass(frozen=True, slots=True)
class Amendment:
    """Problems that came to light after these messages were given; they stand before those that they have."""

    first: int
    last: int
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Portion:
    """Messages of an interchange in order, and what is to be added to the problems of those given before."""

    messages: list[InterchangeMessage]
    amendments: list[Amendment]
