"""What every test lives under: real things or a skip with a reason (a failure in CI), and no ERROR in the log."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.support import needs
from tests.support.logs import log_as_before

NO_SKIP = os.environ.get("ANNINH_NO_SKIP") == "1"

pytest_plugins = ("tests.support.fixtures",)


def pytest_configure(config: pytest.Config) -> None:
    """Route structlog through the standard library, so that a test sees what was logged."""
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.format_exc_info,
            structlog.stdlib.render_to_log_kwargs,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose marker asks for what is not here; in CI that is a failure."""
    for marker, missing in needs.MISSING.items():
        reason = missing() if item.get_closest_marker(marker) else None
        if reason and NO_SKIP:
            pytest.fail(f"nothing may be skipped here, but {reason}")
        if reason:
            pytest.skip(reason)


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """A command that runs in this process sets up its log; the next test must not find it so."""
    with log_as_before():
        yield


@pytest.fixture(autouse=True)
def _no_errors_logged(caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Iterator[None]:
    """Anything of ours that logged ERROR fails the test, unless it is marked ``logs_errors``."""
    yield
    if request.node.get_closest_marker("logs_errors"):
        return
    ours = ("contract", "edge", "models", "server")
    records = [
        record
        for when in ("setup", "call")
        for record in caplog.get_records(when)
        if record.levelno >= logging.ERROR and record.name.split(".")[0] in ours
    ]
    assert not records, [record.getMessage() for record in records]


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real videos and weights (mark the test ``data``)."""
    return needs.data_dir()
