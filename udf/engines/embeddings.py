"""The vectors that go into llama.cpp: for each position the sum of its tokens' embeddings, added up by ggml.

A position of this model is a bundle of several tokens, where llama.cpp itself would look up one. ggml, the library
below it, reads the GGUF, unpacks rows of whatever format and adds them, as numpy does to the last bit; but numpy takes
70 ms to import (November 2026), and the first call of a database session waits for that. Few bundles make up many
positions, so their sums are remembered.
"""

import ctypes
import mmap
import os
from collections.abc import Sequence
from pathlib import Path

from udf.engines.bindings import ggml
from udf.language.vocabulary import SPREAD, Bundle

_NAME = b"token_embd.weight"
_I32 = 26
"""ggml's numbers of its types."""
_TOKENS = SPREAD + 1
"""Of one bundle."""
_MOST_AT_ONCE = 512
"""Bundles: 2.4 MB in 32 bits for a model of 192."""
_REMEMBERED = 4096
"""Sums, 768 bytes each for such a model."""


class _FileParameters(ctypes.Structure):
    """`gguf_init_params`: read the description of the tensors only."""

    _fields_ = (("no_alloc", ctypes.c_bool), ("ctx", ctypes.c_void_p))


class _RoomParameters(ctypes.Structure):
    """`ggml_init_params`; without a buffer ggml brings its own."""

    _fields_ = (("size", ctypes.c_size_t), ("buffer", ctypes.c_void_p), ("no_alloc", ctypes.c_bool))


_POINTER, _INT, _INT64, _SIZE = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64, ctypes.c_size_t
_FUNCTIONS = (
    ("gguf_init_from_file", _POINTER, (ctypes.c_char_p, _FileParameters)),
    ("gguf_find_tensor", _INT64, (_POINTER, ctypes.c_char_p)),
    ("gguf_get_data_offset", _SIZE, (_POINTER,)),
    ("gguf_get_tensor_offset", _SIZE, (_POINTER, _INT64)),
    ("gguf_get_tensor_size", _SIZE, (_POINTER, _INT64)),
    ("gguf_get_tensor_type", _INT, (_POINTER, _INT64)),
    ("gguf_free", None, (_POINTER,)),
    ("ggml_init", _POINTER, (_RoomParameters,)),
    ("ggml_free", None, (_POINTER,)),
    ("ggml_row_size", _SIZE, (_INT, _INT64)),
    ("ggml_get_data", _POINTER, (_POINTER,)),
    ("ggml_new_tensor_1d", _POINTER, (_POINTER, _INT, _INT64)),
    ("ggml_new_tensor_2d", _POINTER, (_POINTER, _INT, _INT64, _INT64)),
    ("ggml_get_rows", _POINTER, (_POINTER, _POINTER, _POINTER)),
    ("ggml_view_2d", _POINTER, (_POINTER, _POINTER, _INT64, _INT64, _SIZE, _SIZE)),
    ("ggml_add_inplace", _POINTER, (_POINTER, _POINTER, _POINTER)),
    ("ggml_new_graph_custom", _POINTER, (_POINTER, _SIZE, ctypes.c_bool)),
    ("ggml_build_forward_expand", None, (_POINTER, _POINTER)),
    ("ggml_graph_compute_with_ctx", _INT, (_POINTER, _POINTER, _INT)),
)


def _load_library() -> ctypes.CDLL:
    library: ctypes.CDLL = ggml.libggml
    for name, result, arguments in _FUNCTIONS:
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


class Embeddings:
    """The embeddings of a GGUF, `tokens` rows of `size` numbers. Raises ValueError where the file has none such."""

    def __init__(self, path: Path, tokens: int, size: int) -> None:
        self.size = size
        self._library = _load_library()
        kind, packed = _read_tensor(self._library, path)
        if tokens * self._library.ggml_row_size(kind, size) != len(packed):
            raise ValueError(f"{path.name} has no token embeddings of {tokens} × {size}.")
        # Room for what one sum is made of: its tensors, 368 bytes each, their data, and a graph of them.
        self._room = mmap.mmap(-1, 4 * _TOKENS * _MOST_AT_ONCE * (size + 1) + (1 << 16), mmap.MAP_PRIVATE)
        self._at = ctypes.addressof(ctypes.c_char.from_buffer(self._room))
        self._kept = self._library.ggml_init(_RoomParameters(len(packed) + (1 << 12), None, False))
        self._table = self._library.ggml_new_tensor_2d(self._kept, kind, size, tokens)
        ctypes.memmove(self._library.ggml_get_data(self._table), packed, len(packed))
        self._remembered: dict[Bundle, bytes] = {}

    def close(self) -> None:
        """Give the memory back."""
        self._library.ggml_free(self._kept)
        self._remembered.clear()

    def add_up(self, bundles: Sequence[Bundle]) -> bytes:
        """The sums of the bundles' embeddings in turn, `size` numbers of 32 bits each."""
        known = self._remembered
        missing = list({bundle for bundle in bundles if bundle not in known})
        if missing:
            if len(known) + len(missing) > _REMEMBERED:
                known.clear()
                missing = list(set(bundles))
            for start in range(0, len(missing), _MOST_AT_ONCE):
                part = missing[start : start + _MOST_AT_ONCE]
                known.update(zip(part, self._compute(part), strict=True))
        return b"".join([known[bundle] for bundle in bundles])

    def _compute(self, bundles: list[Bundle]) -> list[bytes]:
        library, count, bytes_of_one = self._library, len(bundles), 4 * self.size
        tokens = [token for column in zip(*bundles, strict=True) for token in column]
        room = library.ggml_init(_RoomParameters(len(self._room), self._at, False))
        try:
            wanted = library.ggml_new_tensor_1d(room, _I32, len(tokens))
            ctypes.memmove(library.ggml_get_data(wanted), (ctypes.c_int32 * len(tokens))(*tokens), 4 * len(tokens))
            rows = library.ggml_get_rows(room, self._table, wanted)
            total = library.ggml_view_2d(room, rows, self.size, count, bytes_of_one, 0)
            for column in range(1, _TOKENS):
                part = library.ggml_view_2d(
                    room, rows, self.size, count, bytes_of_one, column * count * bytes_of_one
                )  # fmt: skip
                total = library.ggml_add_inplace(room, total, part)
            graph = library.ggml_new_graph_custom(room, 64, False)
            library.ggml_build_forward_expand(graph, total)
            if library.ggml_graph_compute_with_ctx(room, graph, 1) != 0:
                raise RuntimeError("ggml could not add up embeddings")
            sums = ctypes.string_at(library.ggml_get_data(rows), count * bytes_of_one)
        finally:
            library.ggml_free(room)
        return [sums[start : start + bytes_of_one] for start in range(0, len(sums), bytes_of_one)]


def _read_tensor(library: ctypes.CDLL, path: Path) -> tuple[int, bytes]:
    """ggml's type of the token embeddings, and their bytes as they stand in the file."""
    file = library.gguf_init_from_file(os.fsencode(path), _FileParameters(True, None))
    if not file:
        raise ValueError(f"{path.name} is no GGUF.")
    try:
        tensor = library.gguf_find_tensor(file, _NAME)
        if tensor < 0:
            raise ValueError(f"{path.name} has no token embeddings.")
        start = library.gguf_get_data_offset(file) + library.gguf_get_tensor_offset(file, tensor)
        length = library.gguf_get_tensor_size(file, tensor)
        kind = library.gguf_get_tensor_type(file, tensor)
    finally:
        library.gguf_free(file)
    with path.open("rb") as data:
        data.seek(start)
        return kind, data.read(length)
