"""What goes into the model is what stands in its file, and a file that has none of it is one clear sentence."""

import random
import struct
from collections.abc import Sequence
from operator import sub
from pathlib import Path

import pytest

from udf.engines.embeddings import Embeddings
from udf.language.vocabulary import PAD, VOCABULARY_SIZE, Bundle
from udf.version import MODEL

SIZE = 128


def test_a_file_that_is_no_gguf_is_named(tmp_path: Path) -> None:
    path = tmp_path / "torn.gguf"
    path.write_bytes(b"GGUF torn")
    with pytest.raises(ValueError, match="torn"):
        Embeddings(path, 8, 32)


def test_a_model_of_another_size_is_named() -> None:
    with pytest.raises(ValueError, match=r"no token embeddings of 8 × 32"):
        Embeddings(MODEL, 8, 32)


def rows(embeddings: Embeddings, bundles: Sequence[Bundle]) -> list[tuple[float, ...]]:
    vectors = embeddings.add_up(bundles)
    return list(struct.iter_unpack(f"{embeddings.size}f", vectors))


def test_a_bundle_is_the_sum_of_its_tokens_however_many_are_asked_for() -> None:
    embeddings = Embeddings(MODEL, VOCABULARY_SIZE, SIZE)
    table = rows(embeddings, [(token, *[PAD] * 6) for token in range(VOCABULARY_SIZE)])
    assert not any(table[PAD])
    drawn = random.Random(5)
    for count in (1, 2, 511, 513, 3000, 3000):  # the last ones are more than are remembered
        bundles = [tuple(drawn.randrange(VOCABULARY_SIZE) for _ in range(7)) for _ in range(count)]
        for bundle, vector in zip(bundles, rows(embeddings, bundles), strict=True):
            expected = [sum(column) for column in zip(*(table[token] for token in bundle), strict=True)]
            assert max(map(abs, map(sub, vector, expected))) < 1e-5
        assert rows(embeddings, bundles[::-1]) == rows(embeddings, bundles)[::-1]
    embeddings.close()
