"""Sessions of a test's own."""

from collections.abc import Iterator

import pytest

from tests.conftest import Variables
from tests.integration.postgres.sessions import Connection, open_session


@pytest.fixture
def session(house: Variables) -> Iterator[Connection]:
    """A session of this test's own."""
    with open_session(house) as connection:
        yield connection


@pytest.fixture
def other(house: Variables) -> Iterator[Connection]:
    """A second session."""
    with open_session(house) as connection:
        yield connection
