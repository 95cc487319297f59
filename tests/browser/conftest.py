"""A browser: tests here look at what a person sees."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

WINDOW = (1680, 1050)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    """Headless Chromium, Debian's; skips where it is missing."""
    with open_browser(tmp_path) as opened:
        yield opened


@contextmanager
def open_browser(folder: Path, **capabilities: object) -> Iterator[webdriver.Chrome]:
    """A Chromium that keeps its profile in the folder."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("Chromium or its driver is missing: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in (
        "--headless=new",
        # Chromium refuses its sandbox to root, and containers have none.
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        # It looks at this machine only: nothing of it is to call anywhere.
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-proxy-server",
        f"--window-size={WINDOW[0]},{WINDOW[1]}",
        f"--user-data-dir={folder / 'chromium'}",
    ):
        options.add_argument(argument)
    for name, value in capabilities.items():
        options.set_capability(name, value)
    opened = webdriver.Chrome(options=options, service=Service(executable_path=driver))
    try:
        yield opened
    finally:
        opened.quit()
