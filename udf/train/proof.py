"""Prove the packed model of a run: ``python -m udf.train.proof runs/tiny``.

Parity with torch and the exam go into the run's `proof.json`, bound by SHA-256 to the file they are about.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import typer

from udf.compiler import MODEL
from udf.train.evaluate import examine
from udf.train.gates import LEAST_PARITY, PROMPTS
from udf.train.parity import SEED, measure_parity
from udf.train.quantise import Quantisation

MESSAGES = 400


def prove(
    run: Path, quantisation: Quantisation | None = None, prompts: int = PROMPTS, messages: int = MESSAGES
) -> None:
    """Compare with torch and examine what the sweep chose, or the given format; 16 bits where it chose none."""
    chosen = quantisation or Quantisation(json.loads((run / "sweep.json").read_text())["chosen"] or Quantisation.F16)
    model = run / f"{chosen}.gguf"
    parity = measure_parity(run, model, prompts)
    print(
        f"{chosen} answers {parity:.2%} of {prompts} prompts as torch does ({LEAST_PARITY:.1%} are asked)", flush=True
    )
    proof = {
        "quantisation": chosen,
        "sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "parity": {"share": parity, "prompts": prompts, "seed": SEED},
        "exam": {"messages": messages} | examine(model, messages),
        "exam_before": _examine_shipped(messages),
    }
    (run / "proof.json").write_text(json.dumps(proof, indent=1))
    print(f"exam: {json.dumps(proof['exam'])}\nexam of the shipped model: {json.dumps(proof['exam_before'])}")


def _examine_shipped(messages: int) -> dict[str, Any] | None:
    """The same exam of the model in udf/model; None where there is none that today's codec can run."""
    try:
        return examine(MODEL, messages)
    except (FileNotFoundError, ValueError):
        return None


if __name__ == "__main__":
    typer.run(prove)
