"""Trained weights as GGUF, and back: ``python -m udf.train.fit.export runs/tiny tiny.gguf``."""

import json
import re
from pathlib import Path

import gguf
import numpy as np
import torch
import typer

from udf.language.prompts import classify
from udf.language.vocabulary import CLASS_ID, CODE_ID, MEANING, OPEN, SPREAD_ID
from udf.train.fit.network import EPSILON, ROPE_BASE


def export(run: Path, target: Path, half: bool = False) -> None:
    """Write a run's weights to `target` in 32 bits, or 16 with --half. No vocabulary goes along."""
    shape = json.loads((run / "run.json").read_text())["shape"]
    weights = torch.load(run / "weights.pt")
    writer = gguf.GGUFWriter(target, "llama")
    writer.add_name("tillroll tiny compiler")
    writer.add_context_length(shape["context"])
    writer.add_embedding_length(shape["hidden"])
    writer.add_block_count(shape["layers"])
    writer.add_feed_forward_length(shape["feed_forward"])
    writer.add_head_count(shape["heads"])
    writer.add_head_count_kv(shape["heads"])
    writer.add_layer_norm_rms_eps(EPSILON)
    writer.add_rope_dimension_count(shape["hidden"] // shape["heads"])
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_vocab_size(shape["vocabulary"])
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16 if half else gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("no_vocab")

    def put(name: str, tensor: torch.Tensor) -> None:
        array = tensor.float().numpy()
        writer.add_tensor(name, array.astype(np.float16) if half and array.ndim > 1 else np.ascontiguousarray(array))

    for name, tensor in weights.items():
        if name.endswith("attn_qkv.weight"):
            for letter, part in zip("qkv", tensor.chunk(3), strict=True):
                put(name.replace("attn_qkv", f"attn_{letter}"), part)
        elif name.endswith("ffn_gate_up.weight"):
            for word, part in zip(("gate", "up"), tensor.chunk(2), strict=True):
                put(name.replace("ffn_gate_up", f"ffn_{word}"), part)
        else:
            put(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def read_weights(start: Path) -> dict[str, torch.Tensor]:
    """Weights by the names of `Network`: of a run's folder, or of a GGUF in whatever format, the shipped one too.

    Four bits are what is left of packed weights: a run that starts with them has to learn the rest again.
    """
    if start.is_dir():
        return torch.load(start / "weights.pt")  # type: ignore[no-any-return]
    packed = {
        tensor.name: torch.from_numpy(gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32))
        for tensor in gguf.GGUFReader(start).tensors
    }
    weights: dict[str, torch.Tensor] = {}
    for name in packed:
        joined = re.sub(r"attn_[qkv]\.", "attn_qkv.", re.sub(r"ffn_(gate|up)\.", "ffn_gate_up.", name))
        parts = _PARTS.get(joined.split(".")[-2], ())
        weights[joined] = (
            torch.cat([packed[joined.replace(joined.split(".")[-2], part)] for part in parts])
            if parts
            else packed[name]
        )
    return weights


def teach_new_tokens(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Weights in which tokens that were never learnt are what stood there before them.

    A code that is new to the vocabulary was shown by its class, whatever else is new was not shown at all: so begun, a
    network answers as it did. A row that nothing has taught has almost no length.
    """
    table = weights["token_embd.weight"].clone()
    lengths = table.norm(dim=1)
    unknown = {int(n) for n in torch.nonzero(lengths < _UNTAUGHT * lengths[list(CLASS_ID.values())].median())}
    for code, token in CODE_ID.items():
        if token in unknown:
            table[token] = table[CLASS_ID[classify(code)]]
    for token in (OPEN, MEANING, *SPREAD_ID.values()):
        if token in unknown:
            table[token] = 0.0
    return weights | {"token_embd.weight": table}


_UNTAUGHT = 0.25
"""Of the length of a row that is taught."""
_PARTS = {"attn_qkv": ("attn_q", "attn_k", "attn_v"), "ffn_gate_up": ("ffn_gate", "ffn_up")}


if __name__ == "__main__":
    typer.run(export)
