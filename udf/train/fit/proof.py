"""Prove the packed model of a run: ``python -m udf.train.fit.proof runs/tiny``.

Parity with torch and the exam go into the run's `proof.json`, bound by SHA-256 to the file they are about.
"""

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from udf.train.exam.evaluate import Sizes, examine
from udf.train.exam.picture import draw_exam
from udf.train.exam.report import print_exam
from udf.train.fit.gates import LEAST_PARITY, PROMPTS
from udf.train.fit.parity import SEED, measure_parity
from udf.train.fit.quantise import Quantisation
from udf.version import MODEL


def prove(
    run: Path,
    quantisation: Quantisation | None = None,
    prompts: int = PROMPTS,
    share: Annotated[float, typer.Option(help="part of the exam's messages, 1 for all")] = 1.0,
) -> None:
    """Compare with torch and examine what the sweep chose, or the given format; 16 bits where it chose none."""
    chosen = quantisation or Quantisation(json.loads((run / "sweep.json").read_text())["chosen"] or Quantisation.F16)
    model, sizes = run / f"{chosen}.gguf", Sizes().times(share)
    parity = measure_parity(run, model, prompts)
    print(
        f"{chosen} answers {parity:.2%} of {prompts} prompts as torch does ({LEAST_PARITY:.1%} are asked)", flush=True
    )
    proof = {
        "quantisation": chosen,
        "sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "parity": {"share": parity, "prompts": prompts, "seed": SEED},
        "exam": examine(model, sizes),
        "exam_before": _examine_shipped(sizes),
    }
    (run / "proof.json").write_text(json.dumps(proof, indent=1))
    draw_exam(proof["exam"], run / "exam.png")
    for name in ("exam", "exam_before"):
        if proof[name]:
            print(name.replace("_", " "))
            print_exam(proof[name], Console(width=120))


def _examine_shipped(sizes: Sizes) -> dict[str, Any] | None:
    """The same exam of the model in udf/model; None where there is none that today's vocabulary can run."""
    try:
        return examine(MODEL, sizes)
    except (FileNotFoundError, ValueError):
        return None


if __name__ == "__main__":
    typer.run(prove)
