"""An engine that knows the right answers of drafts it has studied: the interface of the real one, without a model."""

from collections.abc import Sequence

from udf import codec
from udf.engine import Answer, Prompt
from udf.train.drafts import Draft, chunk_draft


class Scholar:
    """Answers the prompts of studied drafts rightly and any other with «no record»."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, ...], list[int]] = {}

    def study(self, draft: Draft) -> None:
        for chunk, records in chunk_draft(draft):
            prompt, positions = codec.encode_chunk(chunk.kind, draft.message_type, chunk.segments)
            shown = set(positions)
            if all(position in shown for record in records for position in record.values()):
                self.known[tuple(prompt)] = codec.encode_answer(records, draft.message_type, chunk.segments, positions)

    def answer(self, prompts: Sequence[Prompt], prefixes: Sequence[tuple[int, ...]] | None = None) -> list[Answer]:
        found = [self.known.get(prompt.tokens, [codec.EOS]) for prompt in prompts]
        return [Answer(tuple(tokens), (1.0,) * len(tokens), (-1,) * len(tokens)) for tokens in found]
