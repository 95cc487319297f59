"""Labels of real messages: chunks with the records that the gatekeeper proved, one JSON object a line.

A label keeps segments and positions, not tokens: whatever the vocabulary becomes, it can be encoded anew. The file
holds partners' own values and belongs in no repository.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from udf.language.answers import encode_answer
from udf.language.prompts import encode_chunk
from udf.language.vocabulary import Bundles
from udf.reading import Record, SegmentLike
from udf.standards.chunks import Chunk
from udf.train.corpus.drafts import DraftSegment


@dataclass(frozen=True, slots=True)
class Label:
    """One chunk and its proved records."""

    kind: str
    message_type: str
    segments: Sequence[SegmentLike]
    records: Sequence[Record]

    @classmethod
    def of(cls, chunk: Chunk, message_type: str, records: Sequence[Record]) -> Self:
        return cls(chunk.kind, message_type, chunk.segments, records)

    @classmethod
    def read(cls, row: str) -> Self:
        """A label from its line of the file. Raises ValueError, KeyError or TypeError where the line is none."""
        facts: dict[str, Any] = json.loads(row)
        segments = [DraftSegment(tag, elements) for tag, elements in facts["segments"]]
        records = [{name: (s, e, c) for name, (s, e, c) in record.items()} for record in facts["records"]]
        return cls(facts["kind"], facts["message_type"], segments, records)

    def row(self) -> str:
        """The label as a line of the file."""
        return json.dumps({
            "kind": self.kind, "message_type": self.message_type, "records": self.records,
            "segments": [[segment.tag, segment.elements] for segment in self.segments],
        }, ensure_ascii=False)  # fmt: skip

    def example(self, offset: int = 0) -> tuple[Bundles, list[int]]:
        """Bundles and answer for the tiny compiler."""
        prompt, positions = encode_chunk(self.kind, self.message_type, self.segments, offset)
        return prompt, encode_answer(self.records, self.message_type, self.segments, positions, offset)


def read_labels(path: Path) -> list[Label]:
    """All labels of a file. Raises ValueError with the number of the line that is none."""
    labels = []
    with path.open(encoding="utf-8") as rows:
        for number, row in enumerate(rows, 1):
            try:
                labels.append(Label.read(row))
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path.name}, line {number} is no label: {error}") from error
    return labels
