"""Gold: documents become numbers. The dbt project is the definition; Dagster runs it and shows each test as a check."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, DbtProject, dbt_assets
from psycopg import sql

from dagster_project.defs.bronze import INTERCHANGES, MESSAGES
from dagster_project.defs.resources import TRY_AGAIN, Warehouse
from dagster_project.defs.silver import OUTCOMES
from dagster_project.manifest import DBT_FOLDER, LAST_OF_GOLD, TARGET, prepare_manifest
from dagster_project.processes import bound
from dagster_project.warehouse.connection import wait_for_build

MANIFEST = prepare_manifest()
LAST = dg.AssetKey(LAST_OF_GOLD)


def read_version(manifest: Path) -> str:
    """A hash of all that dbt would run, the same for each asset: of a changed project all is built."""
    graph = json.loads(manifest.read_text())
    said = [f"{name} {node['checksum']['checksum']}" for name, node in graph["nodes"].items()]
    said += [f"{name} {macro['macro_sql']}" for name, macro in graph["macros"].items()]
    return hashlib.sha256("\n".join(sorted(said)).encode()).hexdigest()


VERSION = read_version(MANIFEST)


# What was asked for in this tick is known to those alone that come behind it in the graph, as all models do.
IS_CHANGED = dg.AutomationCondition.code_version_changed().since(
    dg.AutomationCondition.newly_requested() | dg.AutomationCondition.initial_evaluation()
)
HAS_FAILED = dg.AutomationCondition.asset_matches(LAST, TRY_AGAIN)
IS_AT_WORK = dg.AutomationCondition.asset_matches(LAST, dg.AutomationCondition.in_progress())


def _has_passed(key: dg.AssetKey) -> dg.AutomationCondition[dg.AssetKey]:
    """dbt's own tests stop what follows them within its run; these are the checks of Python."""
    passed = dg.AutomationCondition.all_checks_match(dg.AutomationCondition.check_passed(), blocking_only=True)
    # Within one run a check that fails stops what would come after it.
    return dg.AutomationCondition.asset_matches(key, passed | dg.AutomationCondition.will_be_requested())


# One condition for all models, which asks nothing of the model itself: they are built as a whole or not at all. Each by
# its own parents, what a failed build had left was built without the rest: half of a day, with false alarms.
NEWS = dg.AutomationCondition.asset_matches(
    OUTCOMES,
    (dg.AutomationCondition.newly_updated() & ~dg.AutomationCondition.executed_with_root_target())
    | dg.AutomationCondition.will_be_requested(),
)
# What comes just after all was asked for is not handled by that.
HAS_NEWS = NEWS.since((dg.AutomationCondition.newly_requested() & ~NEWS) | dg.AutomationCondition.initial_evaluation())
BUILD_ALL = (
    (HAS_NEWS | IS_CHANGED | HAS_FAILED)
    & ~IS_AT_WORK
    & _has_passed(INTERCHANGES)
    & _has_passed(MESSAGES)
    & _has_passed(OUTCOMES)
)
# What has no parent, as a CSV, is woken by none: in a new warehouse it is missing, and everything behind it would wait.
UNSEEDED = (
    dg.AutomationCondition.missing()
    & ~dg.AutomationCondition.in_progress()
    & ~dg.AutomationCondition.execution_failed()
)
LOAD = UNSEEDED | ((IS_CHANGED | HAS_FAILED) & ~IS_AT_WORK)


class SchemaTranslator(DagsterDbtTranslator):
    """Names do the wiring: a table's key is schema and name, its group the schema.

    All is built when Silver was and its blocking checks have passed, or when the project was changed. Stale after a day
    and a half.
    """

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        is_seed = unique_id.startswith("seed.")
        # The keys of a model's parents come through here too, and some of those are sources.
        node = manifest["sources" if unique_id.startswith("source.") else "nodes"][unique_id]
        has_parents = bool(node.get("depends_on", {}).get("nodes"))
        schema, table = spec.key.path
        return spec.replace_attributes(
            # Without the SQL, to which the page links anyway.
            description=node["description"],
            group_name=schema,
            # The manifest names the database that was set when it was written, which need not be the one in use.
            metadata={**spec.metadata, "dagster/relation_identifier": f"{schema}.{table}"},
            code_version=VERSION,
            automation_condition=BUILD_ALL if has_parents else LOAD,
            freshness_policy=None if is_seed else dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36)),
        )


@dbt_assets(
    manifest=MANIFEST,
    project=DbtProject(project_dir=DBT_FOLDER, target_path=TARGET, profiles_dir=DBT_FOLDER),
    # Outcomes and the days that are held are written by one asset.
    # Tests on sources stay out of the checks: switched on, a failing blocking check of Silver no longer stops dbt.
    dagster_dbt_translator=SchemaTranslator(
        DagsterDbtTranslatorSettings(
            enable_code_references=True, enable_source_tests_as_checks=False, enable_duplicate_source_asset_keys=True
        )
    ),
)
def dbt_models(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
    """Seeds, staging, intermediate and gold, each followed by its tests. Unit tests need no data and run in CI."""
    # dagster-dbt's fetch_row_counts() loads dbt a second time in this process (8 CPU seconds of a run, November 2026)
    # and looks into the database that was set when the manifest was written; its column lineage took 13 seconds more.
    with Warehouse(role="tillroll_dbt").connect() as connection:
        # A killed run may leave its dbt alive, and two builds would fight over the same tables. The lock ends with the
        # process that holds it.
        wait_for_build(connection, context.log.warning)
        prepare_manifest(is_for_build=True)
        build = dbt.cli(["build", "--exclude-resource-type", "unit_test"], context=context)
        held_back = []
        with bound(build.process):
            for event in build.stream():
                if not isinstance(event, dg.Output):
                    yield event
                    continue
                key = context.asset_key_for_output(event.output_name)
                event = event.with_metadata({**event.metadata, **count_rows(connection, *key.path)})
                if key == LAST:
                    held_back.append(event)
                else:
                    yield event
        yield from held_back


def count_rows(connection: psycopg.Connection[Any], schema: str, table: str) -> dict[str, int]:
    """The row count of a table as Dagster's metadata; nothing for a view, which would have to be computed for it."""
    relation = sql.Identifier(schema, table)
    with connection.transaction():
        kind = connection.execute(
            "select relkind from pg_class where oid = to_regclass(%s)", (relation.as_string(connection),)
        ).fetchone()
        if kind != ("r",):
            return {}
        counted = connection.execute(sql.SQL("select count(*) from {}").format(relation)).fetchone()
        assert counted is not None
        return {"dagster/row_count": counted[0]}
