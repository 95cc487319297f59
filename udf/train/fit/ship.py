"""Make a proved run the shipped model: ``python -m udf.train.fit.ship runs/tiny``.

Every gate is shown; the GGUF and its card are written only when all of them hold.
"""

import hashlib
import json
import shutil
from dataclasses import asdict, fields
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from udf.language.vocabulary import MARKERS, VOCABULARY_SIZE
from udf.train.corpus.examples import TURNED
from udf.train.corpus.partners import MIX
from udf.train.exam.evaluate import without_examples
from udf.train.fit.gates import Gate, Packed, check_gates
from udf.version import MODEL


def write_card(run: Path, proof: dict[str, Any], sweep: dict[str, Any], missed: list[Gate], model: Path) -> None:
    """The card beside a model: how it was made and what was measured."""
    facts = json.loads((run / "run.json").read_text())
    card = {
        "name": "Tillroll tiny compiler",
        "file": model.name,
        "sha256": proof["sha256"],
        "bytes": model.stat().st_size,
        "architecture": "llama, tied embeddings, trained from nothing to point at components",
        "quantisation": proof["quantisation"],
        "parameters": facts["parameters"],
        "shape": facts["shape"],
        "vocabulary": {"tokens": VOCABULARY_SIZE, "markers": MARKERS},
        "corpus": {"generator": "udf/train/corpus/examples.py", "mix_percent": dict(MIX), "markers_turned": TURNED},
        "training": {name: facts[name] for name in facts if name not in ("shape", "parameters", "log")},
        "curve": facts["log"],
        "sweep": sweep,
        "parity": proof["parity"],
        "exam": without_examples(proof["exam"]),
        "missed": {gate.name: f"{gate.found} of {gate.asked} asked" for gate in missed},
    }
    model.with_name("card.json").write_text(json.dumps(card, indent=1) + "\n")


def ship(
    run: Path,
    into: Annotated[Path, typer.Option(help="the folder of the GGUF and its card")] = MODEL.parent,
    look: Annotated[bool, typer.Option(help="show the gates and write nothing")] = False,
    improving: Annotated[
        bool,
        typer.Option(
            help="write although less is read rightly than asked, if it is more than before; the card says so"
        ),
    ] = False,
    regardless: Annotated[bool, typer.Option(help="write although a gate fails: never into udf/model")] = False,
) -> None:
    """Copy a run's proved GGUF into a folder, with its card; exits with 1 where a gate fails."""
    if regardless and into.resolve() == MODEL.parent:
        raise typer.BadParameter("what fails a gate does not go into udf/model: name another folder with --into")
    sweep, proof = (json.loads((run / name).read_text()) for name in ("sweep.json", "proof.json"))
    source = run / f"{proof['quantisation']}.gguf"
    if hashlib.sha256(source.read_bytes()).hexdigest() != proof["sha256"]:
        raise typer.BadParameter(f"{source.name} is not the file that proof.json is about: prove the run again")
    (row,) = [row for row in sweep["formats"] if row["quantisation"] == proof["quantisation"]]
    packed = Packed(**{field.name: row[field.name] for field in fields(Packed)})
    gates = check_gates(
        packed,
        sweep["chunks"],
        proof["parity"]["share"],
        proof["parity"]["prompts"],
        proof["exam"],
        proof["exam_before"],
    )
    (run / "gates.json").write_text(json.dumps([asdict(gate) for gate in gates], indent=1))
    Console(width=120).print(tabulate(gates))
    missed = [gate for gate in gates if not gate.holds]
    failed = [gate.name for gate in missed if not (improving and gate.improves)]
    if failed and not regardless:
        print(f"Not shipped: {'; '.join(failed)}.")
        raise typer.Exit(1)
    if look:
        return
    into.mkdir(parents=True, exist_ok=True)
    model = into / MODEL.name
    shutil.copyfile(source, model)
    write_card(run, proof, sweep, missed, model)
    print(f"{model}: {model.stat().st_size / 1e6:.2f} MB, {proof['quantisation']}")


def tabulate(gates: list[Gate]) -> Table:
    """The gates for a person."""
    table = Table(title="Gates", title_justify="left")
    for name in ("gate", "asked", "found", ""):
        table.add_column(name)
    for gate in gates:
        table.add_row(gate.name, gate.asked, gate.found, "holds" if gate.holds else "FAILS")
    return table


if __name__ == "__main__":
    typer.run(ship)
