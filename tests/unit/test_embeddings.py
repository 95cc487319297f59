"""Reading the embeddings of a file that has none is one clear sentence."""

from pathlib import Path

import pytest

from udf.embeddings import read_embeddings


def test_a_file_that_is_no_gguf_is_named(tmp_path: Path) -> None:
    path = tmp_path / "torn.gguf"
    path.write_bytes(b"GGUF torn")
    with pytest.raises(ValueError, match="torn"):
        read_embeddings(path, 8, 32)
