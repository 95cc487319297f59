"""The dbt project as its readers find it: everything described, bound and owned. It is parsed, no server is asked."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

yaml = pytest.importorskip("yaml", reason="the platform is not installed: make setup")

# dagster-dbt's own call, not ours.
pytestmark = pytest.mark.filterwarnings("ignore:AssetExecutionContext.op is deprecated:DeprecationWarning")

Node = dict[str, Any]
FACTS = ("fct_", "mart_")
DIMENSIONS = {
    "partner_id": "dim_partner",
    "item_key": "dim_item",
    "location_key": "dim_location",
    "week_start_date": "dim_calendar",
}


@pytest.fixture(scope="module")
def manifest() -> Node:
    from dagster_project.defs.gold import prepare_manifest

    found: Node = json.loads(prepare_manifest().read_text())
    return found


def ours(manifest: Node, *kinds: str) -> list[Node]:
    """Nodes of this project and of these kinds: model, seed, test, unit_test, source, exposure …"""
    rooms = ("nodes", "sources", "unit_tests", "exposures", "metrics", "semantic_models", "saved_queries")
    return [
        node
        for room in rooms
        for node in manifest[room].values()
        if node["resource_type"] in kinds and node["package_name"] == "tillroll"
    ]


def test_everything_has_a_description(manifest: Node) -> None:
    kinds = ("model", "seed", "source", "test", "unit_test", "analysis", "exposure", "metric", "semantic_model")
    nodes = ours(manifest, *kinds)
    assert {node["resource_type"] for node in nodes} == set(kinds)
    assert [node["unique_id"] for node in nodes if not node["description"].strip()] == []
    described = [group for group in manifest["groups"].values() if group["owner"]["email"]]
    assert len(described) == len(manifest["groups"]) > 0


def test_every_column_has_a_description(manifest: Node) -> None:
    nodes = ours(manifest, "model", "seed", "source")
    blank = [
        f"{node['unique_id']}.{column['name']}"
        for node in nodes
        for column in node["columns"].values()
        if not column["description"].strip()
    ]
    assert blank == []
    assert [node["unique_id"] for node in nodes if not node["columns"] and node["resource_type"] != "source"] == []


def test_every_metric_and_measure_has_a_description(manifest: Node) -> None:
    measures = [measure for model in ours(manifest, "semantic_model") for measure in model["measures"]]
    assert measures
    assert [measure["name"] for measure in measures if not measure["description"]] == []


def test_every_column_of_a_reference_table_is_described_and_typed(manifest: Node, clone: Path) -> None:
    for seed in ours(manifest, "seed"):
        with (clone / "seeds" / "reference" / f"{seed['name']}.csv").open(newline="") as file:
            header = next(csv.reader(file))
        assert list(seed["columns"]) == header
        assert set(seed["config"]["column_types"]) == set(header), seed["name"]


def test_each_model_has_a_yaml_file_of_its_own(manifest: Node) -> None:
    for model in ours(manifest, "model"):
        assert Path(model["patch_path"]).stem == model["name"]
        assert Path(model["patch_path"]).parent.name == Path(model["path"]).parent.name


def test_marts_alone_are_public_and_are_bound_by_contract(manifest: Node) -> None:
    for model in ours(manifest, "model"):
        is_mart = model["path"].startswith("marts/")
        assert model["config"]["group"] == "sell_through"
        assert model["access"] == ("public" if is_mart else "private"), model["name"]
        assert model["config"]["contract"]["enforced"] == is_mart
        if is_mart:
            # A view has no rows of its own to constrain.
            is_view = model["config"]["materialized"] == "maintained_view"
            assert [constraint["type"] for constraint in model["constraints"]] == ([] if is_view else ["primary_key"])
            assert all(column["data_type"] for column in model["columns"].values())
            assert "one row per" in model["description"].lower().replace("\n", " "), model["name"]


def test_every_table_that_writes_only_rows_that_differ_says_which_columns_name_a_row(manifest: Node) -> None:
    compared = [model for model in ours(manifest, "model") if model["config"]["materialized"] == "maintained"]
    assert compared
    for model in compared:
        keys = [constraint["columns"] for constraint in model["constraints"] if constraint["type"] == "primary_key"]
        [grain] = [*keys, *filter(None, [model["config"].get("grain")])]
        assert set(grain) <= set(model["columns"]), model["name"]


def test_nothing_left_of_gold_reads_gold(manifest: Node) -> None:
    arrows = [
        (model["name"], parent)
        for model in ours(manifest, "model", "seed")
        for parent in model["depends_on"].get("nodes", [])
        if rank(manifest, model["unique_id"]) < rank(manifest, parent)
    ]
    assert arrows == []
    assert {rank(manifest, model["unique_id"]) for model in ours(manifest, "model", "seed")} == {1, 2, 3, 4}


def rank(manifest: Node, unique_id: str) -> int:
    """Where data of a node come in their order: source, reference, staging, intermediate, gold."""
    node = manifest["sources" if unique_id.startswith("source.") else "nodes"][unique_id]
    return ["bronze", "silver", "reference", "staging", "intermediate", "gold"].index(node["schema"]) - 1


def test_no_sql_left_of_gold_names_a_table_of_gold_past_dbt(manifest: Node, clone: Path) -> None:
    names = {model["name"] for model in ours(manifest, "model") if model["schema"] == "gold"}
    assert len(names) > 9
    texts = {path: path.read_text() for path in sorted((clone / "dbt").rglob("*.sql")) if "target" not in path.parts}
    hidden = [
        (path.name, word)
        for path, text in texts.items()
        if not {"marts", "tests", "analyses"} & set(path.parts[len(clone.parts) :])
        for word in re.findall(r"\w+", re.sub(r"--[^\n]*|\{#.*?#\}", "", text, flags=re.DOTALL))
        if word in names | {"gold"}
    ]
    assert hidden == []


POSTGRES = re.compile(
    r"->|~ '|any\(array|::jsonb|\b(?:jsonb_\w+|generate_series|unnest|lateral|string_agg|array_agg|array_to_string"
    r"|to_char|make_date|date_trunc|extract|hashtext\w*|trim_scale|xmin|ctid|distinct on|at time zone|interval"
    r"|materialized|to_regclass)\b",
    re.IGNORECASE,
)


def test_what_is_postgresqls_alone_stands_in_macros(clone: Path) -> None:
    said = {}
    for path in sorted((clone / "dbt" / "models").rglob("*.sql")):
        # What a macro is given, comments and config are no SQL of the model.
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|--[^\n]*", "", path.read_text(), flags=re.DOTALL)
        said[path.name] = POSTGRES.findall(text)
    assert len(said) > 30
    assert {name: words for name, words in said.items() if words} == {}


def test_growth_stands_in_config_and_in_what_is_read_alone(manifest: Node, clone: Path) -> None:
    for model in ours(manifest, "model"):
        text = (clone / "dbt" / model["original_file_path"]).read_text()
        assert "is_growing" not in text
        assert "is_incremental" not in text
        assert "{{ this }}" not in text
        if model["config"].get("maintained_by") in {"messages", "weeks"}:
            assert "needed_rows(" in text, model["name"]


def test_no_macro_or_materialization_has_a_name_of_dbts(manifest: Node) -> None:
    theirs = {macro["name"] for macro in manifest["macros"].values() if macro["package_name"].startswith("dbt")}
    ours_ = {macro["name"] for macro in manifest["macros"].values() if macro["package_name"] == "tillroll"}
    assert "is_incremental" in theirs
    assert "needed_rows" in ours_
    # The one that dbt's documentation asks projects to write.
    assert ours_ & theirs == {"generate_schema_name"}
    kinds = {name.split("_")[1] for name in theirs | ours_ if name.startswith("materialization_")}
    assert {"incremental", "view", "table", "maintained"} <= kinds
    assert {name for name in ours_ if name.startswith("materialization_")} == {
        "materialization_maintained_postgres",
        "materialization_maintained_view_postgres",
    }
    prefixed = {name.partition("__")[2] for name in ours_ if "__" in name}
    # How a table of a CSV is filled, which dbt leaves to what is dispatched for a database: a seed takes no
    # materialization but dbt's.
    assert prefixed & {name.removeprefix("default__") for name in theirs} == {"reset_csv_table", "load_csv_rows"}


def test_every_key_of_a_fact_is_looked_for_in_its_dimension(manifest: Node) -> None:
    facts = [model for model in ours(manifest, "model") if model["name"].startswith(FACTS)]
    assert len(facts) >= 5
    looked_for = {
        (test["attached_node"], test["column_name"], test["test_metadata"]["kwargs"]["to"])
        for test in ours(manifest, "test")
        if (test.get("test_metadata") or {}).get("name") == "relationships"
    }
    for fact in facts:
        for column, dimension in DIMENSIONS.items():
            if column in fact["columns"]:
                expected = (fact["unique_id"], column, f"ref('{dimension}')")
                assert expected in looked_for, f"{fact['name']}.{column}"


def test_stock_is_never_summed_over_time_in_the_semantic_models(manifest: Node) -> None:
    additive = {"units_sold", "units_returned", "net_units_sold", "sales_value", "units_received"}
    additive |= {"counted_net_units", "receipt_sell_through_net_units", "receipt_sell_through_units_received"}
    for model in ours(manifest, "semantic_model"):
        for measure in model["measures"]:
            window = measure["non_additive_dimension"]
            if measure["name"] in additive:
                assert window is None
            else:
                assert window["name"] == "week_start_date", measure["name"]
                # Partners' weeks begin on other days, and some fall silent.
                is_of_place = measure["name"].startswith(("counted_", "first_"))
                assert window["window_groupings"] == ["partner", *(["item", "location"] if is_of_place else [])]
                assert window["window_choice"] == ("min" if measure["name"].startswith("first_") else "max")


def test_exposures_name_public_models_only(manifest: Node) -> None:
    exposures = ours(manifest, "exposure")
    assert "sell_through_dashboard" in {exposure["name"] for exposure in exposures}
    for exposure in exposures:
        for name in exposure["depends_on"]["nodes"]:
            assert manifest["nodes"][name]["access"] == "public"


def test_every_selector_has_a_description(clone: Path) -> None:
    selectors = yaml.safe_load((clone / "dbt" / "selectors.yml").read_text())["selectors"]
    assert [selector["name"] for selector in selectors if not selector["description"].strip()] == []
