"""The specialist: a LoRA adapter merged into its base, without torch.

``python -m udf.train.exam.specialist adapter.safetensors out.gguf`` merges another one.


Only the matrices that the adapter touches are unpacked, changed and packed again, in 8 bits; the rest is copied byte
for byte, so four fifths of a 4-bit base stay as they are. The base may be any GGUF of the Llama family whose network
the adapter was trained on: a model trained by its Hugging Face name is merged into its own GGUF.
"""

import hashlib
from pathlib import Path
from typing import Annotated

import gguf
import numpy as np
import typer
from safetensors import safe_open

from udf.train.exam.bases import base_model

ADAPTER = Path(__file__).parents[1] / "specialist" / "adapter.safetensors"
"""What `make lora` trained on SmolLM2; its run.json says how."""
RUNS = Path(__file__).parents[3] / "runs"
_MATRIX = {"q_proj": "attn_q", "k_proj": "attn_k", "v_proj": "attn_v", "o_proj": "attn_output"}
# What an hour teaches is smaller than a step of 4 bits: weights that stand on the base's own grid round back to where
# they were. Packed in Q4_1 like its base, the specialist had 0 of 32 answers right; packed like this, 11, and the
# tokens of 16 bits.
_TOUCHED = gguf.GGMLQuantizationType.Q8_0
_WIDE = (gguf.GGMLQuantizationType.F16, gguf.GGMLQuantizationType.BF16, gguf.GGMLQuantizationType.F32)
_Matrix = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


class MergeError(ValueError):
    """The adapter does not fit the base."""


def read_adapter(path: Path) -> dict[str, _Matrix]:
    """The change of each matrix, by its GGUF name: alpha / rank · B · A, in the row order of Hugging Face."""
    with safe_open(str(path), framework="numpy") as file:
        facts = file.metadata()
        parts = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118
    scale = float(facts["alpha"]) / float(facts["rank"])
    changes: dict[str, _Matrix] = {}
    for name, down in parts.items():
        stem, _, end = name.partition(".lora_A")
        if end:
            words = stem.split(".")  # base_model.model.model.layers.7.self_attn.q_proj
            block, matrix = words[words.index("layers") + 1], _MATRIX[words[-1]]
            changes[f"blk.{block}.{matrix}.weight"] = scale * parts[f"{stem}.lora_B{end}"] @ down
    return changes


def permute(weights: _Matrix, heads: int) -> _Matrix:
    """Rows of a query or key matrix from the order of Hugging Face, whose rotary halves are apart, to llama.cpp's."""
    rows, columns = weights.shape
    return weights.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def merge(
    adapter: Path, target: Path, base: Path | None = None, half: Annotated[bool, typer.Option("--half")] = False
) -> None:
    """Write base + adapter to `target`: changed matrices in 8 bits, or everything in 16 (--half).

    The base is SmolLM2 where none is named. Raises MergeError where the adapter does not fit it.
    """
    reader = gguf.GGUFReader(base or base_model())
    changes = read_adapter(adapter)
    heads = {"attn_q": _number(reader, "attention.head_count"), "attn_k": _number(reader, "attention.head_count_kv")}
    writer = gguf.GGUFWriter(target, str(reader.fields["general.architecture"].contents()))
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name == "general.architecture":
            continue  # the writer's own
        sort, *of = field.types
        is_type = half and field.name == "general.file_type"
        value = gguf.LlamaFileType.MOSTLY_F16 if is_type else field.contents()
        writer.add_key_value(field.name, value, sort, of[-1] if of else None)
    for tensor in reader.tensors:
        change = changes.pop(tensor.name, None)
        kind = tensor.tensor_type
        if change is None and not half:
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=kind)
            continue
        weights = gguf.quants.dequantize(tensor.data, kind)
        if change is not None:
            if change.shape != weights.shape:
                raise MergeError(f"{tensor.name} is {weights.shape} in the base and {change.shape} in the adapter.")
            matrix = tensor.name.split(".")[2]
            weights = weights + (permute(change, heads[matrix]) if matrix in heads else change)
        if half:
            kind = gguf.GGMLQuantizationType.F16 if weights.ndim > 1 else gguf.GGMLQuantizationType.F32
        elif kind not in _WIDE:
            kind = _TOUCHED
        writer.add_tensor(tensor.name, gguf.quants.quantize(weights, kind), raw_dtype=kind)
    if changes:
        raise MergeError(f"The base has no {min(changes)}: the adapter is of another network.")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _number(reader: gguf.GGUFReader, name: str) -> int:
    architecture = reader.fields["general.architecture"].contents()
    return int(reader.fields[f"{architecture}.{name}"].contents())


def build_specialist(out: Path = RUNS) -> Path:
    """The specialist of the committed adapter and the 4-bit base from PyPI, made once in a folder."""
    digest = hashlib.sha256(ADAPTER.read_bytes() + Path(__file__).read_bytes() + base_model().name.encode())
    target = out / f"specialist-{digest.hexdigest()[:12]}.gguf"
    if not target.is_file():
        out.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_suffix(".tmp")
        merge(ADAPTER, unfinished)
        unfinished.replace(target)
    return target


if __name__ == "__main__":
    typer.run(merge)
