"""The model by itself: whether its first answers say of a message what its draft does, with no rule beside them.

Only what must be true of any right reading is held against it (`udf.gatekeeper.invariants`): what that does not notice
would be silent.
"""

import random
from collections.abc import Iterable
from typing import Any

from udf.engines.engine import Engine, Prompt
from udf.gatekeeper.invariants import find_violation
from udf.language.answers import decode_answer
from udf.language.prompts import encode_chunk
from udf.message import read_message
from udf.reading import Record
from udf.standards.chunks import Chunk
from udf.standards.reference import load_reference
from udf.train.corpus.drafts import Draft, chunk_draft
from udf.train.corpus.rendering import draw_writing, render_message
from udf.train.exam.marking import share_of
from udf.train.exam.messages import ExamMessage


def examine_alone(engine: Engine, messages: Iterable[ExamMessage]) -> dict[str, Any]:
    """Figures of the model's own answers to the chunks of some messages."""
    count = exact = chunks = right = silent = 0
    for message in messages:
        found = _read(engine, message.draft)
        wrong = sum(said != stated for _, said, stated in found)
        count, chunks, right = count + 1, chunks + len(found), right + len(found) - wrong
        exact += not wrong
        silent += bool(wrong) and not _is_noticed(message.draft, [(chunk, said) for chunk, said, _ in found])
    return {
        "messages": count, "messages_exact": share_of(exact, count), "chunks": chunks,
        "chunks_exact": share_of(right, chunks), "wrong_and_allowed": silent,
    }  # fmt: skip


def _read(engine: Engine, draft: Draft) -> list[tuple[Chunk, list[Record] | None, list[Record]]]:
    """Each chunk with what is answered, None for what is no answer, and what the draft states."""
    stated = chunk_draft(draft)
    shown = [encode_chunk(chunk.kind, draft.message_type, chunk.segments) for chunk, _ in stated]
    answers = engine.answer([Prompt(tokens, len(positions)) for tokens, positions in shown])
    found: list[tuple[Chunk, list[Record] | None, list[Record]]] = []
    for (chunk, records), (_, positions), answer in zip(stated, shown, answers, strict=True):
        try:
            said = decode_answer(answer.tokens, draft.message_type, chunk.segments, positions)
        except ValueError:
            said = None
        found.append((chunk, said, records))
    return found


def _is_noticed(draft: Draft, found: list[tuple[Chunk, list[Record] | None]]) -> bool:
    """Whether the invariants refuse what was answered; a header or group that was read wrongly they do not see."""
    if any(said is None for _, said in found):
        return True
    text = render_message(draft, draw_writing(random.Random(1), draft.message_type))
    message = read_message(text, None, load_reference())
    lines: dict[int, tuple[int, int, list[Record]]] = {}
    for chunk, said in found:
        if chunk.kind == "line":
            line = lines.setdefault(chunk.line, (chunk.first + message.first + 1, chunk.last + message.first + 1, []))
            line[2].extend(
                {name: (chunk.indices[s] + message.first + 1, e, c) for name, (s, e, c) in record.items()}
                for record in said or []
            )
    return find_violation(message.segments, list(lines.values()), message.setting) is not None
