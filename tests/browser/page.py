"""What a test does at a web server of Dagster: start it, ask it, click, look and keep what is on the page."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support.wait import WebDriverWait

SCREENSHOTS = Path(__file__).with_name("screenshots")

# Without a daemon there is no queue: a run starts when it is asked for, and no sensor starts another one beside it.
INSTANCE = """
run_coordinator: {module: dagster._core.run_coordinator, class: DefaultRunCoordinator}
telemetry: {enabled: false}
# No invitation in front of the graph.
nux: {enabled: false}
"""

# For a machine that is busy elsewhere: what takes seconds there has taken minutes.
PAGE_SECONDS = 300


@contextmanager
def serve(clone: Path, tmp_path: Path, **environment: str) -> Iterator[str]:
    """Address of a Dagster web server on a fresh instance."""
    home = tmp_path / "dagster"
    home.mkdir()
    (home / "dagster.yaml").write_text(INSTANCE)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path / "webserver.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [
                Path(sys.executable).with_name("dagster-webserver"),
                *("--host", "127.0.0.1", "--port", str(port)),
            ],
            cwd=clone,
            env={**os.environ, "DAGSTER_HOME": str(home), **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            # Its code server and its runs are children of its own; they end with the group.
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(address), PAGE_SECONDS, lambda: log.read_text()[-2000:])
        assert ask(address, "{assetNodes { id }}")["assetNodes"], log.read_text()[-5000:]
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def answers(address: str) -> bool:
    try:
        return urllib.request.urlopen(f"{address}/server_info", timeout=5).status == 200
    except (urllib.error.URLError, OSError):
        return False


def wait_until(condition: Callable[[], bool], seconds: float, explain: Callable[[], object]) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.5)


def ask(address: str, query: str, **variables: Any) -> Any:
    request = urllib.request.Request(
        f"{address}/graphql",
        data=json.dumps({"query": query, "variables": variables}).encode(),
        headers={"Content-Type": "application/json"},
    )
    return json.load(urllib.request.urlopen(request, timeout=30))["data"]


def run_states(address: str) -> list[str]:
    found = ask(address, "{runsOrError { ... on Runs { results { status } } }}")
    return [run["status"] for run in found["runsOrError"]["results"]]


def click(browser: webdriver.Chrome, text: str) -> None:
    button = f"//button[contains(normalize-space(.), '{text}')][not(@disabled)]"
    WebDriverWait(browser, PAGE_SECONDS).until(expected_conditions.element_to_be_clickable((By.XPATH, button))).click()


def see(browser: webdriver.Chrome, *texts: str) -> None:
    """Wait until the page shows each of the texts."""
    deadline = time.monotonic() + PAGE_SECONDS
    while missing := [text for text in texts if text not in browser.find_element(By.TAG_NAME, "body").text]:
        if time.monotonic() > deadline:
            shoot(browser, "failure")
            pytest.fail(f"the page never showed {missing}; see {SCREENSHOTS / 'failure.png'}")
        time.sleep(0.5)


def shoot(browser: webdriver.Chrome, name: str, settle_seconds: float = 3) -> None:
    """Keep what is on the page, for a person to look at."""
    # The graph moves into place, and what is still loading would be grey.
    time.sleep(settle_seconds)
    SCREENSHOTS.mkdir(exist_ok=True)
    browser.save_screenshot(str(SCREENSHOTS / f"{name}.png"))
