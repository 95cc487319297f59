"""The token embeddings of a GGUF as numbers: what llama.cpp itself would look up, read through its own library.

A position of this model is a sum of several tokens' embeddings, so they go into llama.cpp as vectors and not as tokens.
Its library unpacks them, whatever the format: importing the package `gguf` alone takes longer than loading the model.
"""

import ctypes
import os
from pathlib import Path

import numpy as np

from udf.llama import ggml

_NAME = b"token_embd.weight"


class _Parameters(ctypes.Structure):
    """ggml's `gguf_init_params`: read the description of the tensors only."""

    _fields_ = (("no_alloc", ctypes.c_bool), ("ctx", ctypes.c_void_p))


_F32, _F16 = 0, 1
_UNPACKERS = {
    _F16: "ggml_fp16_to_fp32_row", 2: "dequantize_row_q4_0", 6: "dequantize_row_q5_0", 7: "dequantize_row_q5_1",
    8: "dequantize_row_q8_0", 12: "dequantize_row_q4_K", 13: "dequantize_row_q5_K", 14: "dequantize_row_q6_K",
}  # fmt: skip
"""ggml's numbers of its types, and what unpacks a row of each."""


def read_embeddings(path: Path, tokens: int, size: int) -> np.ndarray:
    """The embeddings of a GGUF, (tokens, size) in 32 bits. Raises ValueError where the file has no such tensor."""
    library = ggml.libggml
    for name, result, arguments in (
        ("gguf_init_from_file", ctypes.c_void_p, (ctypes.c_char_p, _Parameters)),
        ("gguf_find_tensor", ctypes.c_int64, (ctypes.c_void_p, ctypes.c_char_p)),
        ("gguf_get_data_offset", ctypes.c_size_t, (ctypes.c_void_p,)),
        ("gguf_get_tensor_offset", ctypes.c_size_t, (ctypes.c_void_p, ctypes.c_int64)),
        ("gguf_get_tensor_size", ctypes.c_size_t, (ctypes.c_void_p, ctypes.c_int64)),
        ("gguf_get_tensor_type", ctypes.c_int, (ctypes.c_void_p, ctypes.c_int64)),
        ("gguf_free", None, (ctypes.c_void_p,)),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    file = library.gguf_init_from_file(os.fsencode(path), _Parameters(True, None))
    if not file:
        raise ValueError(f"{path.name} is no GGUF.")
    try:
        tensor = library.gguf_find_tensor(file, _NAME)
        if tensor < 0:
            raise ValueError(f"{path.name} has no token embeddings.")
        kind = library.gguf_get_tensor_type(file, tensor)
        start = library.gguf_get_data_offset(file) + library.gguf_get_tensor_offset(file, tensor)
        length = library.gguf_get_tensor_size(file, tensor)
    finally:
        library.gguf_free(file)
    with path.open("rb") as data:
        data.seek(start)
        packed = data.read(length)
    if kind == _F32:
        return np.frombuffer(packed, np.float32).reshape(tokens, size)
    if kind not in _UNPACKERS:
        raise ValueError(f"{path.name} packs its token embeddings in a format that is not read here ({kind}).")
    unpack = getattr(library, _UNPACKERS[kind])
    unpack.restype, unpack.argtypes = None, (ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int64)
    table = np.empty((tokens, size), np.float32)
    unpack(packed, table.ctypes.data, table.size)
    return table
