"""An engine that knows the right answers of the drafts it has studied, and can be made to answer wrongly."""

from collections.abc import Sequence

from udf.engines.engine import Answer, Prompt
from udf.language.answers import decode_answer, encode_answer
from udf.language.prompts import encode_chunk
from udf.language.vocabulary import EOS, Bundles
from udf.reading import Position, Record, SegmentLike
from udf.train.corpus.drafts import Draft, chunk_draft

Tokens = tuple[int, ...]


class Oracle:
    """The interface of the real engine, without a model: a prompt it was never told has the answer «no record».

    Equal prompts have equal answers, as a model's have, so a wrong one is given wherever its prompt comes.
    """

    def __init__(self) -> None:
        self.known: dict[Bundles, Tokens] = {}
        self.wrong: dict[Bundles, Tokens] = {}

    def study(self, draft: Draft) -> None:
        """Learn the right answers of a draft; what `MAX_COMPONENTS` cuts off has none."""
        for chunk, records in chunk_draft(draft):
            prompt, positions = encode_chunk(chunk.kind, draft.message_type, chunk.segments)
            shown = set(positions)
            if all(position in shown for record in records for position in record.values()):
                answer = encode_answer(records, draft.message_type, chunk.segments, positions)
                self.known[prompt] = tuple(answer)

    def answer(self, prompts: Sequence[Prompt], prefixes: Sequence[Tokens] | None = None) -> list[Answer]:
        """The known answers; a wrong one is given with doubt, so that the compiler asks again, and then once more."""
        found = []
        for prompt in prompts:
            wrong = self.wrong.get(prompt.tokens)
            tokens = self.known.get(prompt.tokens, (EOS,)) if wrong is None else wrong
            margin, second = (1.0, -1) if wrong is None else (0.1, EOS)
            found.append(Answer(tokens, (margin,) * len(tokens), (second,) * len(tokens)))
        return found


def write_answer(
    records: Sequence[Record], message_type: str, segments: Sequence[SegmentLike],
    positions: Sequence[Position],
) -> Tokens | None:  # fmt: skip
    """Records as the tokens of an answer, None where the format cannot say them."""
    try:
        tokens = encode_answer(records, message_type, segments, positions)
        said = decode_answer(tokens, message_type, segments, positions)
    except (KeyError, ValueError):
        return None
    return tuple(tokens) if said == list(records) else None
