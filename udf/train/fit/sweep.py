"""Pack a run in every format and measure each: ``python -m udf.train.fit.sweep runs/tiny``.

Writes the files and `sweep.json` into the run's folder. The smallest that loses nothing and still answers as torch does
is chosen.
"""

import dataclasses
import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gguf
import typer
from rich.console import Console
from rich.table import Table

from udf.engines.llama import LlamaEngine
from udf.train.fit.export import export
from udf.train.fit.gates import Packed, choose
from udf.train.fit.parity import Example, agree, draw_distinct, load_network
from udf.train.fit.quantise import Quantisation, quantise

SEED = 1_000_037


def sweep(run: Path, chunks: int = 2000) -> None:
    """Measure every format on so many different chunks of partners that training never drew."""
    facts = json.loads((run / "run.json").read_text())
    if not facts.get("is_finished", True):  # a run of before there were unfinished ones says nothing
        raise typer.BadParameter(f"{run} is not trained to its end: python -m udf.train.fit.fit goes on with it")
    whole = run / "F32.gguf"
    export(run, whole)
    network, examples = load_network(run), draw_distinct(SEED, chunks)
    formats: list[Packed] = []
    reference: list[bool] = []
    for quantisation in Quantisation:  # the reference is the first
        packed = run / f"{quantisation}.gguf"
        quantise(whole, packed, quantisation)
        answers, milliseconds = _answer(packed, examples)
        right = [answer.tokens == wanted for answer, (_, wanted) in zip(answers, examples, strict=True)]
        reference = reference or right
        agreed = agree(network, [prompt for prompt, _ in examples], answers)
        formats.append(
            Packed(
                quantisation=quantisation,
                bytes=packed.stat().st_size,
                matrices=count_types(packed),
                exact=sum(right) / chunks,
                parity=sum(agreed) / chunks,
                ms_per_chunk=round(milliseconds, 2),
                lost=sum(before and not now for before, now in zip(reference, right, strict=True)),
                gained=sum(now and not before for before, now in zip(reference, right, strict=True)),
            )
        )
    chosen = choose(formats)
    result = {
        "chunks": chunks,
        "seed": SEED,
        "chosen": chosen and chosen.quantisation,
        "formats": [dataclasses.asdict(found) | {"loses_nothing": found.loses_nothing} for found in formats],
    }
    (run / "sweep.json").write_text(json.dumps(result, indent=1))
    Console(width=120 if not Console().is_terminal else None).print(tabulate(result))


def _answer(model: Path, examples: Sequence[Example]) -> tuple[list[Any], float]:
    """The answers of a GGUF, and the milliseconds of processor time that one took."""
    engine = LlamaEngine(model)
    engine.answer([prompt for prompt, _ in examples[:16]])  # the first decode also sets things up
    engine.forget()
    began = time.process_time()  # the engine has one thread, and whoever shares the processor is not to count
    answers = engine.answer([prompt for prompt, _ in examples])
    milliseconds = 1000 * (time.process_time() - began) / len(examples)
    engine.close()
    return answers, milliseconds


def count_types(model: Path) -> dict[str, int]:
    """How many matrices of a GGUF are packed in which format: what was asked for is not always what was done."""
    tensors = gguf.GGUFReader(model).tensors
    return dict(Counter(tensor.tensor_type.name for tensor in tensors if len(tensor.shape) > 1).most_common())


def tabulate(result: dict[str, Any]) -> Table:
    """A sweep for a person."""
    table = Table(title=f"Formats, on {result['chunks']} unseen chunks", title_justify="left")
    for name in ("format", "kB", "matrices", "exact", "lost", "gained", "as torch", "ms a chunk", "loses nothing"):
        table.add_column(name, justify="left" if name in ("format", "matrices") else "right")
    for found in result["formats"]:
        mark = " ◀" if found["quantisation"] == result["chosen"] else ""
        table.add_row(
            found["quantisation"] + mark,
            f"{found['bytes'] / 1000:,.0f}",
            ", ".join(f"{count} {name}" for name, count in found["matrices"].items()),
            f"{found['exact']:.2%}",
            str(found["lost"]),
            str(found["gained"]),
            f"{found['parity']:.2%}",
            f"{found['ms_per_chunk']:.2f}",
            "yes" if found["loses_nothing"] else "no",
        )
    return table


if __name__ == "__main__":
    typer.run(sweep)
