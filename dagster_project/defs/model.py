"""The model: from the corpus that teaches it to the file that ships.

Made by hand only: a run that asks for other rooms too leaves this one alone, so that «Materialize all» and the night do
not train for an hour. The work is done in a process of its own, since torch is no part of this environment.
"""

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_project.training import Training
from udf.train.corpus.census import digest_generator, take_census

CORPUS = dg.AssetKey(["model", "corpus"])
WEIGHTS = dg.AssetKey(["model", "weights"])
EXAM = dg.AssetKey(["model", "exam"])
SHIPPED = dg.AssetKey(["model", "shipped"])

Yield = Iterator[dg.MaterializeResult[None]]


def is_asked_for(context: dg.AssetExecutionContext) -> bool:
    """Whether this run is about the model and nothing else."""
    selection = context.run.asset_selection
    if selection and all(key.path[0] == "model" for key in selection):
        return True
    context.log.info("The model is made by hand only: select assets of the group «model» and nothing else.")
    return False


class CorpusRun(dg.Config):
    """How many partners are drawn for the count."""

    partners: int = 1000
    seed: int = 1


@dg.asset(
    key=CORPUS,
    group_name="model",
    kinds={"python", "edi"},
    owners=["team:data"],
    code_version=digest_generator(),
    output_required=False,
)
def corpus(context: dg.AssetExecutionContext, config: CorpusRun) -> Yield:
    """One row per message type: what the generator of partners teaches, counted on a sample. It is never stored."""
    if not is_asked_for(context):
        return
    counts = take_census(config.partners, config.seed)
    balance = [
        {
            "type": message_type,
            "messages": count.messages,
            "chunks": count.chunks,
            "different prompts": len(count.prompts),
            "without record": count.without_record,
            "positions a chunk": round(count.positions / count.chunks),
        }
        for message_type, count in counts.items()
    ]
    layouts = [
        {"type": message_type, "layout": name, "is": stand, "messages": messages}
        for message_type, count in counts.items()
        for name, stands in (("place", count.places), ("dates", count.dates), ("quirks", count.quirks))
        for stand, messages in stands.most_common()
    ]
    yield dg.MaterializeResult(
        metadata={
            "partners drawn": config.partners,
            "chunks": sum(count.chunks for count in counts.values()),
            "positions": sum(count.positions for count in counts.values()),
            "balance": tabulate(balance),
            "layouts": tabulate(layouts),
            "generator": digest_generator(),
        }
    )


class WeightsRun(dg.Config):
    """The settings of a training run; the same ones go on with a run that was stopped."""

    minutes: float = 60
    hidden: int = 128
    layers: int = 4
    heads: int = 4
    rate: float = 2e-3
    seed: int = 7
    threads: int = 1
    report_steps: int = 200
    # Throws away what stands in the run's folder.
    restart: bool = False


@dg.asset(
    key=WEIGHTS,
    deps=[CORPUS],
    group_name="model",
    kinds={"pytorch"},
    owners=["team:data"],
    output_required=False,
    pool="training",
)
def weights(context: dg.AssetExecutionContext, training: Training, config: WeightsRun) -> Yield:
    """One network, trained from nothing on the corpus. Each report is an observation: see the plots while it learns.

    A stopped run has saved a checkpoint, and the same settings go on from it.
    """
    if not is_asked_for(context):
        return
    training.check()
    run, reported = training.run(), 0
    settings = config.model_dump(exclude={"restart"})
    options = [word for name, value in settings.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    with closing(training.follow("fit.fit", run, *options, *(["--restart"] if config.restart else []))) as lines:
        for line in lines:
            context.log.info(line)
            log = read(run / "run.json").get("log", [])
            if log and log[-1]["step"] > reported and line.startswith("step "):
                reported = log[-1]["step"]
                context.log_event(dg.AssetObservation(asset_key=WEIGHTS, metadata=log[-1]))
    listen(context, training, "fit.picture", run)
    facts = read(run / "run.json")
    yield dg.MaterializeResult(
        metadata={
            "curves": embed(run / "curves.png", "loss and exactness"),
            **{name: facts[name] for name in ("loss", "exact", "steps", "tokens", "parameters", "minutes", "seed")},
            "weights": dg.MetadataValue.path(run / "weights.pt"),
            "curves file": dg.MetadataValue.path(run / "curves.png"),
        }
    )


class ExamRun(dg.Config):
    """How much is asked of the model; shipping needs 2,000 prompts compared with torch."""

    chunks: int = 2000
    prompts: int = 2000
    # Of the exam's messages.
    share: float = 1


@dg.asset(
    key=EXAM,
    deps=[WEIGHTS],
    group_name="model",
    kinds={"gguf"},
    owners=["team:data"],
    output_required=False,
    pool="training",
)
def exam(context: dg.AssetExecutionContext, training: Training, config: ExamRun) -> Yield:
    """One row per format that the weights were packed in, and the exam of the smallest that loses nothing."""
    if not is_asked_for(context):
        return
    training.check()
    run = training.run()
    listen(context, training, "fit.sweep", run, "--chunks", str(config.chunks))
    listen(context, training, "fit.proof", run, "--prompts", str(config.prompts), "--share", str(config.share))
    sweep, proof = read(run / "sweep.json"), read(run / "proof.json")
    yield dg.MaterializeResult(
        metadata={
            "formats": tabulate([summarise(row) for row in sweep["formats"]]),
            "examined": proof["quantisation"],
            "share of torch's own answers": proof["parity"]["share"],
            "results": embed(run / "exam.png", "exact messages, records and fields"),
            "exam": dg.MetadataValue.json(proof["exam"]),
            **{name: value for name, value in proof["exam"].items() if isinstance(value, int | float)},
        }
    )


def summarise(row: dict[str, Any]) -> dict[str, Any]:
    """What fits on the page of a format that was measured."""
    return {
        "format": row["quantisation"],
        "kB": round(row["bytes"] / 1000),
        "exact": round(row["exact"], 4),
        "as torch": round(row["parity"], 4),
        "ms a chunk": row["ms_per_chunk"],
        "lost": row["lost"],
        "gained": row["gained"],
        "loses nothing": row["loses_nothing"],
    }


class ShipRun(dg.Config):
    """Whether the model may replace the one in udf/model; without it the gates are shown."""

    ship: bool = False


@dg.asset(
    key=SHIPPED,
    deps=[EXAM],
    group_name="model",
    kinds={"gguf"},
    owners=["team:data"],
    output_required=False,
    pool="training",
)
def shipped(context: dg.AssetExecutionContext, training: Training, config: ShipRun) -> Yield:
    """One GGUF with its card in udf/model, once every gate holds and the run's config says `ship: true`.

    Else nothing is written: a gate that fails is a failure, gates that hold are an observation.
    """
    if not is_asked_for(context):
        return
    run = training.run()
    listen(context, training, "fit.ship", run, *([] if config.ship else ["--look"]))
    gates: dict[str, Any] = {"gates": tabulate(read(run / "gates.json")), "run": dg.MetadataValue.path(run)}
    if config.ship:
        yield dg.MaterializeResult(metadata=gates)
    else:
        context.log.warning("Every gate holds. Nothing is written without `ship: true` in the run's config.")
        context.log_event(dg.AssetObservation(asset_key=SHIPPED, metadata=gates))


def listen(context: dg.AssetExecutionContext, training: Training, stage: str, *arguments: str | Path) -> None:
    """Run a stage to its end, its lines in the run's log."""
    with closing(training.follow(stage, *arguments)) as lines:
        for line in lines:
            context.log.info(line)


def read(path: Path) -> Any:
    """The JSON of a file; an empty object where there is none yet."""
    return json.loads(path.read_text()) if path.exists() else {}


def embed(picture: Path, title: str) -> dg.MarkdownMetadataValue:
    """A PNG inside the metadata, where the UI shows it."""
    return dg.MetadataValue.md(f"![{title}](data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()})")


def tabulate(rows: list[dict[str, Any]]) -> dg.TableMetadataValue:
    """Rows as a table, columns in the order of the first one."""
    kinds = {bool: "bool", int: "int", float: "float"}
    columns = [dg.TableColumn(name, kinds.get(type(value), "string")) for name, value in rows[0].items()]
    return dg.MetadataValue.table([dg.TableRecord(row) for row in rows], dg.TableSchema(columns))
