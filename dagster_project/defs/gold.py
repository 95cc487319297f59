"""Gold: documents become numbers. The dbt project is the definition; Dagster runs it and shows each test as a check."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import dagster as dg
import psycopg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, DbtProject, dbt_assets
from psycopg import sql

from dagster_project.defs.resources import Warehouse
from dagster_project.manifest import DBT_FOLDER, TARGET, prepare_manifest
from dagster_project.processes import bound
from dagster_project.warehouse.connection import wait_for_build

MANIFEST = prepare_manifest()

CHANGED = dg.AutomationCondition.code_version_changed().since(
    dg.AutomationCondition.newly_requested() | dg.AutomationCondition.newly_updated()
)
# dbt's own tests stop what follows them within its run; these are the checks of Python.
PARENTS_PASSED = dg.AutomationCondition.all_deps_blocking_checks_passed().allow(
    dg.AssetSelection.groups("bronze", "silver")
)
# A seed has no parent to wake it: in a new warehouse it is missing, and everything behind it would wait.
UNSEEDED = (
    dg.AutomationCondition.missing()
    & ~dg.AutomationCondition.in_progress()
    & ~dg.AutomationCondition.execution_failed()
)


class SchemaTranslator(DagsterDbtTranslator):
    """Names do the wiring: a table's key is schema and name, its group the schema.

    A model rebuilds when its parents do and their blocking checks have passed, or when it was itself changed, and is
    stale after a day and a half.
    """

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        is_seed = unique_id.startswith("seed.")
        # The keys of a model's parents come through here too, and some of those are sources.
        node = manifest["sources" if unique_id.startswith("source.") else "nodes"][unique_id]
        schema, table = spec.key.path
        return spec.replace_attributes(
            # Without the SQL, to which the page links anyway.
            description=node["description"],
            group_name=schema,
            # The manifest names the database that was set when it was written, which need not be the one in use.
            metadata={**spec.metadata, "dagster/relation_identifier": f"{schema}.{table}"},
            automation_condition=UNSEEDED | CHANGED
            if is_seed
            else (dg.AutomationCondition.eager() | CHANGED) & PARENTS_PASSED,
            freshness_policy=None if is_seed else dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36)),
        )


@dbt_assets(
    manifest=MANIFEST,
    project=DbtProject(project_dir=DBT_FOLDER, target_path=TARGET, profiles_dir=DBT_FOLDER),
    # Tests on sources stay out of the checks: switched on, a failing blocking check of Silver no longer stops dbt.
    dagster_dbt_translator=SchemaTranslator(
        DagsterDbtTranslatorSettings(enable_code_references=True, enable_source_tests_as_checks=False)
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
        build = dbt.cli(["build", "--exclude-resource-type", "unit_test"], context=context)
        with bound(build.process):
            for event in build.stream():
                if isinstance(event, dg.Output):
                    schema, table = context.asset_key_for_output(event.output_name).path
                    event = event.with_metadata({**event.metadata, **count_rows(connection, schema, table)})
                yield event


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
