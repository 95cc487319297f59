"""A person lets Dagster train a small model and looks at its curves."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from tests.browser.page import ask, run_states, see, serve, shoot, wait_until

RUN_SECONDS = 600
PYTHON = os.environ.get("TILLROLL_TRAINING_PYTHON") or sys.executable
LAUNCH = """
mutation Launch($assets: [AssetKeyInput!]!, $config: RunConfigData!, $location: String!, $repository: String!) {
    launchRun(executionParams: {
        selector: {
            repositoryLocationName: $location, repositoryName: $repository, jobName: "__ASSET_JOB",
            assetSelection: $assets
        },
        runConfigData: $config
    }) { __typename ... on PythonError { message } ... on RunConfigValidationInvalid { errors { message } } }
}
"""


@pytest.fixture
def dagster(clone: Path, tmp_path: Path) -> Iterator[str]:
    """Address of a Dagster web server whose training writes into a folder of its own; skips where torch is missing."""
    needed = "import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, ('torch', 'gguf', 'matplotlib'))))"
    if subprocess.run([PYTHON, "-c", needed], check=False).returncode:
        pytest.skip("torch is missing: make train-setup")
    with serve(clone, tmp_path, TILLROLL_RUN=str(tmp_path / "run")) as address:
        yield address


def launch(address: str, config: dict[str, Any]) -> None:
    """Materialise the assets of the configured steps."""
    repositories = "{repositoriesOrError { ... on RepositoryConnection { nodes { name location { name } } } }}"
    (repository,) = ask(address, repositories)["repositoriesOrError"]["nodes"]
    names = {"location": repository["location"]["name"], "repository": repository["name"]}
    assets = [{"path": step.split("__")} for step in config]
    ops = {"ops": {step: {"config": settings} for step, settings in config.items()}}
    answer = ask(address, LAUNCH, assets=assets, config=ops, **names)
    assert answer["launchRun"]["__typename"] == "LaunchRunSuccess", answer


@pytest.mark.slow
def test_a_training_run_shows_its_curves_and_what_it_shipped(browser: webdriver.Chrome, dagster: str) -> None:
    small = {"minutes": 0.4, "hidden": 32, "layers": 2, "heads": 2, "report_steps": 10}
    little = {"chunks": 100, "prompts": 100, "share": 0.005}
    launch(dagster, {"model__corpus": {"partners": 100}, "model__weights": small, "model__exam": little})
    wait_until(
        lambda: run_states(dagster)[0] in {"SUCCESS", "FAILURE", "CANCELED"}, RUN_SECONDS, lambda: "still running"
    )
    assert run_states(dagster) == ["SUCCESS"]

    browser.get(f"{dagster}/assets/model/shipped?view=lineage&lineageScope=upstream&lineageDepth=5")
    see(browser, "corpus", "weights", "exam", "shipped")
    shoot(browser, "model_lineage")

    browser.get(f"{dagster}/assets/model/corpus?view=overview")
    see(browser, "partners drawn", "balance", "layouts", "SLSRPT")
    shoot(browser, "model_corpus")

    browser.get(f"{dagster}/assets/model/weights?view=overview")
    see(browser, "loss", "exact", "curves")
    shoot(browser, "model_weights")
    browser.find_element(By.XPATH, "//*[text()='[Show Markdown]']").click()
    see(browser, "Close")
    (picture,) = browser.find_elements(By.XPATH, "//img[starts-with(@src, 'data:image/png')]")
    shoot(browser, "model_curves")
    assert browser.execute_script("return arguments[0].naturalWidth", picture) > 600

    browser.get(f"{dagster}/assets/model/exam?view=overview")
    see(browser, "formats", "examined", "silent_errors", "results")
    shoot(browser, "model_exam")
