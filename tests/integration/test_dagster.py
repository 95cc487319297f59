"""One graph from landing to Gold: what it is made of, what stops it and what sets it going."""

import datetime
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.events import StepMaterializationData  # the public API reports no event of a run
from dagster._core.execution.plan.resume_retry import ReexecutionStrategy
from dagster._daemon.auto_run_reexecution.auto_run_reexecution import get_reexecution_strategy

import udf
from dagster_project import manifest
from dagster_project.defs.resources import Landing, Warehouse
from dagster_project.ingest.delivery import deliver_all
from dagster_project.ingest.intake import split_pending
from dagster_project.ingest.known import KnownFiles
from dagster_project.ingest.landing import list_files
from dagster_project.manifest import LAST_OF_GOLD
from dagster_project.training import Training
from tests.integration.incoming import LOG, write_sales
from udf.outcome import CompiledRow, Outcome, Problem, make_row

# dagster-dbt's own call, not ours.
pytestmark = pytest.mark.filterwarnings("ignore:AssetExecutionContext.op is deprecated:DeprecationWarning")

GRAPH = Path(__file__).with_name("graph.txt")


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    from dagster_project.definitions import defs

    return defs()


def describe(definitions: dg.Definitions) -> str:
    """The graph as text: a line for each asset, with what it is built from, and for each check."""
    graph = definitions.resolve_asset_graph()
    lines = []
    for key in sorted(graph.get_all_asset_keys()):
        parents = " ".join(sorted(parent.to_user_string() for parent in graph.get(key).parent_keys))
        lines.append(f"asset {key.to_user_string()}" + (f" <- {parents}" if parents else ""))
    for check in sorted(graph.asset_check_keys, key=lambda check: (check.asset_key, check.name)):
        blocking = " (blocking)" if graph.get(check).blocking else ""
        lines.append(f"check {check.asset_key.to_user_string()} {check.name}{blocking}")
    return "\n".join(lines) + "\n"


def test_the_graph_is_exactly_the_one_on_file(definitions: dg.Definitions) -> None:
    # Assets vanish without a word when a module of defs/ is written in the wrong way.
    assert describe(definitions) == GRAPH.read_text(), (
        "The graph has changed. If that is wanted: python tests/integration/test_dagster.py"
    )


def test_everything_in_gold_comes_from_the_landing_folder(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    gold = [key for key in graph.get_all_asset_keys() if key.path[0] == "gold"]
    assert gold
    for key in gold:
        assert dg.AssetKey(["landing"]) in graph.get_ancestor_asset_keys(key)


def test_every_asset_has_a_description_an_owner_a_kind_and_its_schema_as_group(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        assert node.owners, key
        assert node.kinds, key
        assert node.group_name == key.path[0]


def test_the_dbt_folder_holds_no_python(clone: Path) -> None:
    # An __init__.py there would replace dbt-core, and any module would be merged into it.
    assert [path for path in (clone / "dbt").rglob("*.py") if "target" not in path.parts] == []


def test_a_build_parses_the_project_once_for_each_warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = []

    def parse(command: list[str | Path], **_: Any) -> "subprocess.CompletedProcess[str]":
        folder = Path(command[command.index("--target-path") + 1])
        for name in ("manifest.json", "partial_parse.msgpack"):
            (folder / name).write_text(os.environ["PGPORT"])
        parsed.append(os.environ["PGPORT"])
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(manifest.subprocess, "run", parse)
    target = tmp_path / "target" / "dagster"
    monkeypatch.setenv("PGPORT", "1")
    for _ in range(2):
        manifest.prepare_manifest(target)
        manifest.prepare_manifest(target, is_for_build=True)
    assert parsed == ["1"]
    monkeypatch.setenv("PGPORT", "2")
    # Who only looks at the graph does without.
    manifest.prepare_manifest(target)
    assert parsed == ["1"]
    for _ in range(2):
        manifest.prepare_manifest(target, is_for_build=True)
    assert parsed == ["1", "2"]
    assert (tmp_path / "target" / "partial_parse.msgpack").read_text() == "2"


def test_a_build_starts_dbt_once_and_loads_no_other(
    definitions: dg.Definitions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, said = tmp_path / "dbt", tmp_path / "said"
    program.write_text(f'#!/bin/sh\necho "$@" >>{said}\n')
    program.chmod(0o755)
    dbt = definitions.resources["dbt"].model_copy(update={"dbt_executable": str(program)})
    build = dbt.cli(["build"], target_path=tmp_path / "target")
    build.wait()
    (line,) = said.read_text().splitlines()
    assert line.split()[-1] == "build"
    assert build.adapter is None
    assert str(build.cli_version) in subprocess.check_output([manifest.DBT, "--version"], text=True)


def test_definitions_loaded_at_once_share_one_whole_manifest(clone: Path) -> None:
    (clone / "dbt" / "target" / "dagster" / "sources.sha256").unlink(missing_ok=True)
    load = (
        "import json; from dagster_project.defs.gold import MANIFEST; print(len(json.load(MANIFEST.open())['nodes']))"
    )
    loaders = [
        subprocess.Popen([sys.executable, "-c", load], cwd=clone, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    answers = {loader.communicate()[0] for loader in loaders}
    assert len(answers) == 1
    assert int(answers.pop()) > 0


def run(definitions: dg.Definitions, landing: Path, selection: list[dg.AssetKey] | None = None) -> Any:
    """Materialise everything, as the button in the UI does."""
    resources = {"landing": Landing(path=str(landing)), "warehouse": Warehouse()}
    local = dg.Definitions.merge(
        dg.Definitions(
            assets=definitions.assets,
            asset_checks=definitions.asset_checks,
            resources={**(definitions.resources or {}), **resources},
            executor=definitions.executor,
        )
    )
    with dg.DagsterInstance.ephemeral() as instance:
        return local.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance, asset_selection=selection, raise_on_error=False
        )


VIEWS_OF_GOLD = {
    "mart_proposed_aliases", "mart_proposed_settings", "sell_through_to_date", "sell_through_to_date_by_item",
}  # fmt: skip
"""Of which nobody counts rows."""


@pytest.mark.slow
def test_one_run_goes_from_files_to_gold_and_a_second_compiles_nothing(
    definitions: dg.Definitions, clone: Path, connection: Any
) -> None:
    first = run(definitions, clone / "seeds" / "edi")
    assert first.success
    keys = {event.asset_key for event in first.get_asset_materialization_events()}
    # The model is made by hand only, whoever asks for everything.
    assert keys == {
        key for key in definitions.resolve_asset_graph().materializable_asset_keys if key.path[0] != "model"
    }
    for event in first.get_asset_materialization_events():
        if event.asset_key.path[0] in {"bronze", "silver", "gold"} and event.asset_key.path[-1] not in VIEWS_OF_GOLD:
            assert event.materialization.metadata["dagster/row_count"].value, event.asset_key
    outcomes = dg.AssetKey(["silver", "outcomes"])
    bronze = [dg.AssetKey(["bronze", "interchanges"]), dg.AssetKey(["bronze", "messages"])]
    second = run(definitions, clone / "seeds" / "edi", [*bronze, outcomes])
    (event,) = [event for event in second.get_asset_materialization_events() if event.asset_key == outcomes]
    assert event.materialization.metadata["new outcomes"].value == 0


def test_a_failing_blocking_check_of_silver_stops_gold(
    definitions: dg.Definitions, clone: Path, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(texts: list[str], envelopes: Any = None) -> list[CompiledRow]:
        problem = Problem(code="unt-count-mismatch", severity="error", detail="refused by a test")
        outcome = Outcome(message_type="SLSRPT", is_valid=False, is_complete=False, problems=[problem])
        return [make_row(outcome, None) for _ in texts]

    monkeypatch.setattr(udf, "compile_rows", refuse)
    result = run(definitions, clone / "seeds" / "edi")
    assert not result.success
    built = {event.asset_key.path[0] for event in result.get_asset_materialization_events()}
    assert built == {"bronze", "silver"}
    tables = connection.execute(
        "select count(*) from pg_tables where schemaname in ('staging', 'intermediate', 'gold', 'reference')"
    ).fetchone()
    assert tables == (0,)


# Dagster's own evaluation uses a parameter that it calls beta.
beta = pytest.mark.filterwarnings("ignore::dagster_shared.utils.warnings.BetaWarning")
EVENING = datetime.datetime(2026, 11, 21, 20, 30, tzinfo=datetime.UTC)


def tick(definitions: dg.Definitions, instance: dg.DagsterInstance, hours: float, cursor: Any = None) -> Any:
    return dg.evaluate_automation_conditions(
        defs=definitions, instance=instance, evaluation_time=EVENING + datetime.timedelta(hours=hours), cursor=cursor
    )


def stand(definitions: dg.Definitions, instance: dg.DagsterInstance) -> None:
    """As if all was built once, and its checks passed."""
    graph = definitions.resolve_asset_graph()
    for key in graph.materializable_asset_keys:
        instance.report_runless_asset_event(dg.AssetMaterialization(key))
    for check in graph.asset_check_keys:
        instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(check_name=check.name, asset_key=check.asset_key, passed=True, metadata={})
        )


def requested(result: Any, definitions: dg.Definitions) -> set[str]:
    keys = definitions.resolve_asset_graph().materializable_asset_keys
    return {key.path[0] for key in keys if result.get_num_requested(key)}


def test_each_hour_asks_for_bronze_where_something_is_left_to_do_and_says_why_where_nothing_is(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dagster_project.defs.automation import hourly

    with dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("home"))) as instance:

        def ask() -> Any:
            # Left open, it would bring its own instance back as the current one, whenever it is collected.
            with dg.build_schedule_context(instance=instance) as context:
                return hourly(context, landing=Landing(path=str(tmp_path)), warehouse=Warehouse())

        def build(*path: str) -> None:
            instance.report_runless_asset_event(dg.AssetMaterialization(dg.AssetKey(path)))

        assert ask() == dg.SkipReason(f"nothing new in {tmp_path}, and Gold is as new as Silver")
        # Gold has not followed Silver.
        build("silver", "outcomes")
        assert isinstance(ask(), dg.RunRequest)
        build(*LAST_OF_GOLD)
        assert isinstance(ask(), dg.SkipReason)
        # A file that no run has taken, an interchange that none has split.
        (tmp_path / "sales.edi").write_bytes(b"UNH+1+SLSRPT:D:96A:UN'UNT+2+1'")
        assert isinstance(ask(), dg.RunRequest)
        (tmp_path / "sales.edi").unlink()
        insert = "insert into bronze.interchanges (interchange_id, file_name, size_bytes) values (%s, '', 0)"
        connection.execute(insert, ("a" * 64,))
        connection.commit()
        assert isinstance(ask(), dg.RunRequest)
        monkeypatch.setenv("PGPORT", "1")
        away = ask()
        assert isinstance(away, dg.SkipReason)
        assert str(away.skip_message).startswith("the warehouse is away")
        # Somebody is at it already.
        instance.add_run(dg.DagsterRun(job_name="job", status=dg.DagsterRunStatus.STARTED))
        assert ask() == dg.SkipReason("a run is at work")


def test_the_night_opens_every_file_again(definitions: dg.Definitions) -> None:
    nightly = definitions.get_repository_def().get_schedule_def("nightly")
    with dg.DagsterInstance.ephemeral() as instance:
        (request,) = nightly.evaluate_tick(dg.build_schedule_context(instance=instance)).run_requests
    assert request.run_config["ops"]["bronze__interchanges"]["config"]["is_thorough"] is True


def list_models(definitions: dg.Definitions) -> list[dg.AssetKey]:
    """All that is made of others."""
    graph = definitions.resolve_asset_graph()
    keys = [key for key in graph.materializable_asset_keys if graph.get(key).parent_keys]
    models = sorted(key for key in keys if key.path[0] in {"staging", "intermediate", "gold"})
    assert len(models) > 30
    return models


@beta
def test_new_messages_ask_for_silver_and_gold_at_once(definitions: dg.Definitions) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        stand(definitions, instance)
        quiet = tick(definitions, instance, 0)
        assert requested(quiet, definitions) == set()
        instance.report_runless_asset_event(dg.AssetMaterialization(dg.AssetKey(["bronze", "messages"])))
        woken = tick(definitions, instance, 0.1, quiet.cursor)
    assert {"silver", "staging", "gold"} <= requested(woken, definitions)
    assert "bronze" not in requested(woken, definitions)


@beta
@pytest.mark.parametrize("built", [0, 20, 1000])
def test_gold_is_asked_for_as_a_whole_whatever_a_build_before_has_left(built: int, definitions: dg.Definitions) -> None:
    whole = list_models(definitions)
    outcomes = dg.AssetKey(["silver", "outcomes"])
    with dg.DagsterInstance.ephemeral() as instance:
        stand(definitions, instance)
        result = tick(definitions, instance, 0)
        for hour in (0.1, 0.2):
            instance.report_runless_asset_event(dg.AssetMaterialization(outcomes))
            result = tick(definitions, instance, hour, result.cursor)
            assert [key for key in whole if result.get_num_requested(key)] == whole
            # As far as that build came, beside another one's news.
            for key in whole[:built]:
                instance.report_runless_asset_event(dg.AssetMaterialization(key))
        result = tick(definitions, instance, 0.3, result.cursor)
        assert [key for key in whole if result.get_num_requested(key)] == []


def test_what_sets_the_graph_going_is_running_from_the_start(definitions: dg.Definitions) -> None:
    repository = definitions.get_repository_def()
    assert {sensor.name: sensor.default_status.value for sensor in repository.sensor_defs} == {
        "landing_sensor": "RUNNING",
        "review_sensor": "RUNNING",
        "automation_sensor": "RUNNING",
    }
    assert {schedule.name: schedule.default_status.value for schedule in repository.schedule_defs} == {
        "hourly": "RUNNING",
        "housekeeping": "RUNNING",
        "nightly": "RUNNING",
    }


def test_nothing_but_a_person_trains_a_model(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    model = {key for key in graph.get_all_asset_keys() if key.path[0] == "model"}
    assert len(model) == 4
    assert [key for key in model if graph.get(key).automation_condition] == []
    nightly = definitions.get_repository_def().get_schedule_def("nightly")
    assert not model & definitions.resolve_job_def(nightly.job_name).asset_layer.selected_asset_keys


def test_training_without_torch_is_one_clear_sentence(definitions: dg.Definitions, tmp_path: Path) -> None:
    bare = tmp_path / "python"
    bare.write_text("#!/bin/sh\necho torch gguf\n")
    bare.chmod(0o755)
    with pytest.raises(dg.Failure, match=r"Training needs torch, gguf, .*make train-setup"):
        Training(python=str(bare), folder=str(tmp_path)).check()


def test_a_stage_that_fails_says_its_last_words(tmp_path: Path) -> None:
    failing = tmp_path / "python"
    failing.write_text("#!/bin/sh\necho 'Not shipped: size.'\nexit 1\n")
    failing.chmod(0o755)
    with pytest.raises(dg.Failure, match="Not shipped: size"):
        list(Training(python=str(failing), folder=str(tmp_path)).follow("ship"))


@pytest.fixture
def sense(definitions: dg.Definitions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Asks the landing sensor; the status is what became of the run that it asked for before."""
    monkeypatch.setenv("TILLROLL_LANDING", str(tmp_path))
    sensor = definitions.get_repository_def().get_sensor_def("landing_sensor")
    with dg.DagsterInstance.ephemeral() as instance:

        def ask(cursor: str | None = None, run: dg.DagsterRun | None = None, made: dg.AssetKey | None = None) -> Any:
            if run:
                instance.add_run(run)
                if made:
                    event = dg.DagsterEvent(
                        dg.DagsterEventType.ASSET_MATERIALIZATION.value, run.job_name,
                        event_specific_data=StepMaterializationData(dg.AssetMaterialization(made)),
                    )  # fmt: skip
                    instance.report_dagster_event(event, run.run_id)
            context = dg.build_sensor_context(
                instance=instance, cursor=cursor, repository_def=definitions.get_repository_def()
            )
            return sensor.evaluate_tick(context)

        yield ask


def test_a_set_of_files_is_asked_for_until_a_run_has_taken_it(
    sense: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sense().run_requests == []
    (tmp_path / "sales.edi").write_bytes(b"UNH+1+SLSRPT:D:96A:UN'UNT+2+1'")
    (first,) = sense().run_requests

    def a_run(status: dg.DagsterRunStatus) -> dg.DagsterRun:
        return dg.DagsterRun(job_name="job", status=status, tags=first.tags)

    # It failed: another, under a key of its own, but not at once.
    assert sense(None, a_run(dg.DagsterRunStatus.FAILURE)).run_requests == []
    monkeypatch.setattr("dagster_project.defs.automation.FIRST_WAIT_SECONDS", 0.0)
    (second,) = sense().run_requests
    assert second.run_key != first.run_key
    assert second.tags == first.tags
    assert sense(None, a_run(dg.DagsterRunStatus.STARTED)).run_requests == []
    done = sense(None, a_run(dg.DagsterRunStatus.SUCCESS))
    assert done.run_requests == []
    assert sense(done.cursor).run_requests == []
    (tmp_path / "more.edi").write_bytes(b"")
    (third,) = sense(done.cursor).run_requests
    assert third.tags != first.tags


def test_files_that_come_faster_than_runs_end_wait_and_are_taken_together(
    sense: Callable[..., Any], tmp_path: Path
) -> None:
    requests: list[dg.RunRequest] = []
    for number in range(2):
        (tmp_path / f"{number}.edi").write_bytes(b"UNH+1+SLSRPT:D:96A:UN'UNT+2+1'")
        requests += sense().run_requests
        sense(None, dg.DagsterRun(job_name="job", status=dg.DagsterRunStatus.STARTED, tags=requests[-1].tags))
    (tmp_path / "2.edi").write_bytes(b"UNH+1+SLSRPT:D:96A:UN'UNT+2+1'")
    waiting = sense()
    assert len(requests) == 2
    assert waiting.run_requests == []
    assert "2 runs for earlier files are on their way" in waiting.skip_message
    # Of what a run has ended well the cursor says nothing: a later look asks for all that has come.
    assert waiting.cursor is None


def test_a_run_that_has_not_begun_takes_what_comes_meanwhile(sense: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "0.edi").write_bytes(b"UNH+1+SLSRPT:D:96A:UN'UNT+2+1'")
    (first,) = sense().run_requests
    starting = dg.DagsterRun(job_name="job", status=dg.DagsterRunStatus.STARTING, tags=first.tags)
    (tmp_path / "1.edi").write_bytes(b"UNH+1+SLSRPT:D:96A:UN'UNT+2+1'")
    waiting = sense(None, starting)
    assert waiting.run_requests == []
    assert "takes what has come by then" in waiting.skip_message
    assert waiting.cursor is None


def test_a_run_that_died_begins_anew_with_the_landing_folder(sense: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "sales.edi").write_bytes(b"UNH+1+SLSRPT:D:96A:UN'UNT+2+1'")
    (request,) = sense().run_requests
    with dg.DagsterInstance.ephemeral() as instance:
        died = dg.DagsterRun(job_name="job", status=dg.DagsterRunStatus.FAILURE, tags=request.tags)
        assert get_reexecution_strategy(died, instance) == ReexecutionStrategy.ALL_STEPS


def test_files_that_a_run_for_fewer_has_taken_are_not_asked_for(
    sense: Callable[..., Any], tmp_path: Path, house: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in house.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "sales.edi").write_bytes(write_sales(1))
    (first,) = sense().run_requests
    began = dg.DagsterRun(job_name="job", status=dg.DagsterRunStatus.STARTED, tags=first.tags)
    sense(None, began, dg.AssetKey(["bronze", "messages"]))
    (tmp_path / "more.edi").write_bytes(write_sales(2))
    assert len(sense().run_requests) == 1
    with Warehouse().connect() as loader:
        known = KnownFiles(loader, tmp_path)
        assert list(deliver_all(loader, list_files(tmp_path), known)) == ["loaded", "loaded"]
    # Taken, and not split.
    assert len(sense().run_requests) == 1
    with Warehouse().connect() as loader:
        split_pending(loader, LOG)
    taken = sense()
    assert taken.run_requests == []
    assert sense(taken.cursor).run_requests == []
    (tmp_path / "later.edi").write_bytes(write_sales(3))
    assert len(sense(taken.cursor).run_requests) == 1


def test_files_that_are_in_bronze_are_asked_for_once_whatever_fails_behind_it(
    sense: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dagster_project.defs.automation.FIRST_WAIT_SECONDS", 0.0)
    (tmp_path / "sales.edi").write_bytes(b"UNH+1+SLSRPT:D:96A:UN'UNT+2+1'")
    (first,) = sense().run_requests

    def a_failed_run() -> dg.DagsterRun:
        return dg.DagsterRun(job_name="job", status=dg.DagsterRunStatus.FAILURE, tags=first.tags)

    assert sense(None, a_failed_run(), dg.AssetKey(["bronze", "interchanges"])).run_requests != []
    loaded = sense(None, a_failed_run(), dg.AssetKey(["bronze", "messages"]))
    assert loaded.run_requests == []
    assert sense(loaded.cursor).run_requests == []


def test_new_files_are_asked_for_up_to_gold_in_one_run(
    sense: Callable[..., Any], definitions: dg.Definitions, tmp_path: Path
) -> None:
    (tmp_path / "sales.edi").write_bytes(b"UNH+1+SLSRPT:D:96A:UN'UNT+2+1'")
    (request,) = sense().run_requests
    made = definitions.resolve_asset_graph().materializable_asset_keys
    assert set(request.asset_selection) == {key for key in made if key.path[0] != "model"}


def test_a_look_that_finds_nothing_new_opens_no_instance_of_dagster(
    sense: Callable[..., Any], definitions: dg.Definitions, tmp_path: Path
) -> None:
    (tmp_path / "sales.edi").write_bytes(b"UNH+1+SLSRPT:D:96A:UN'UNT+2+1'")
    (request,) = sense().run_requests
    run = dg.DagsterRun(job_name="job", status=dg.DagsterRunStatus.SUCCESS, tags=request.tags)
    cursor = sense(None, run).cursor
    repository = definitions.get_repository_def()
    landing, review = repository.get_sensor_def("landing_sensor"), repository.get_sensor_def("review_sensor")
    # For a sensor that takes one of these it opens its instance each time.
    assert landing.required_resource_keys == review.required_resource_keys == set()
    assert "the same 1 files" in landing.evaluate_tick(dg.build_sensor_context(cursor=cursor)).skip_message


def test_a_file_that_is_never_loaded_wakes_nobody(sense: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "sales.edi.part").write_bytes(b"UNH")
    (tmp_path / "notes.md").write_bytes(b"UNH")
    assert sense().run_requests == []


if __name__ == "__main__":
    from dagster_project.definitions import defs

    os.chdir(Path(__file__).parents[2])
    GRAPH.write_text(describe(defs()))
