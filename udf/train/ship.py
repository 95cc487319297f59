"""Make a training run the shipped model: ``python -m udf.train.ship runs/tiny``.

Exports, quantises, examines, and writes the GGUF with its card into udf/model.
"""

import hashlib
import json
import tempfile
from pathlib import Path

import typer

from udf import codec
from udf.compiler import MODEL
from udf.train.corpus import MIX, TURNED
from udf.train.evaluate import examine
from udf.train.export import export
from udf.train.quantise import Quantisation, quantise


def ship(run: Path, quantisation: Quantisation = Quantisation.Q8_0, messages: int = 400) -> None:
    """Replace the shipped model by a run's weights; the card says how it was made and what was measured."""
    facts = json.loads((run / "run.json").read_text())
    MODEL.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.gguf"
        export(run, whole)
        quantise(whole, MODEL, quantisation)
    card = {
        "name": "Tillroll tiny compiler",
        "file": MODEL.name,
        "sha256": hashlib.sha256(MODEL.read_bytes()).hexdigest(),
        "bytes": MODEL.stat().st_size,
        "architecture": "llama, tied embeddings, trained from nothing to point at components",
        "quantisation": quantisation,
        "parameters": facts["parameters"],
        "shape": facts["shape"],
        "vocabulary": {"tokens": codec.VOCABULARY_SIZE, "markers": codec.MARKERS},
        "corpus": {"generator": "udf/train/corpus.py", "mix_percent": dict(MIX), "markers_turned": TURNED},
        "training": {name: facts[name] for name in facts if name not in ("shape", "parameters", "log")},
        "curve": facts["log"],
        "exam": {"command": f"python -m udf.train.evaluate udf/model/{MODEL.name} --messages {messages}"}
        | examine(MODEL, messages),
    }
    MODEL.with_name("card.json").write_text(json.dumps(card, indent=1) + "\n")
    print(f"{MODEL.name}: {card['bytes'] / 1e6:.2f} MB, exam {json.dumps(card['exam'])}")


if __name__ == "__main__":
    typer.run(ship)
