"""An engine that answers as the rules read: a message that it cannot get past the gatekeeper has no right answer."""

from collections.abc import Sequence

from udf.compiler import Compiler
from udf.contract import Outcome
from udf.engines.engine import Answer, Prompt
from udf.language.answers import encode_answer
from udf.language.prompts import encode_chunk
from udf.language.vocabulary import EOS, Bundles
from udf.message import read_message
from udf.outcome import Envelope
from udf.readers.rules import read_unit
from udf.refusals import RefusedError
from udf.standards.reference import load_reference


class RulesEngine:
    """Answers the prompts of the messages that it has been shown; any other has no record."""

    def __init__(self) -> None:
        self.known: dict[Bundles, list[int]] = {}

    def study(self, text: str, envelope: Envelope | None = None) -> None:
        """Work out the answers to the prompts of a message."""
        try:
            message = read_message(text, envelope, load_reference())
        except RefusedError:
            return
        message_type = message.setting.message_type
        for unit in message.units:
            for chunk, records in zip(unit.chunks, read_unit(message, unit), strict=True):
                prompt, positions = encode_chunk(chunk.kind, message_type, chunk.segments)
                if all(position in positions for record in records for position in record.values()):
                    self.known[prompt] = encode_answer(records, message_type, chunk.segments, positions)

    def answer(self, prompts: Sequence[Prompt], prefixes: Sequence[tuple[int, ...]] | None = None) -> list[Answer]:
        found = [self.known.get(prompt.tokens, [EOS]) for prompt in prompts]
        return [Answer(tuple(tokens), (1.0,) * len(tokens), (-1,) * len(tokens)) for tokens in found]


def compile_by_rules(text: str, envelope: Envelope | None = None) -> Outcome:
    """The outcome of a message that the rules read alone."""
    return Compiler(None).compile_batch([text], [envelope] if envelope else None)[0]
