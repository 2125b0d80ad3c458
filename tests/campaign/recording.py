"""Marks the tests that are tries of a fault, and keeps what came of them with `--record-faults`."""

from collections.abc import Generator

import pytest

from .results import Result, add
from .summary import write_page


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make test-full` gives it."""
    parser.addoption(
        "--record-faults", action="store_true", help="write what became of faults into docs/reliability.md"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Say what the mark means."""
    config.addinivalue_line("markers", "fault(name): a row of docs/reliability.md that this test is a try of")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep the outcome of a marked test when it has run."""
    report = yield
    mark = item.get_closest_marker("fault")
    if mark and report.when == "call" and item.config.getoption("record_faults"):
        failed = [] if report.passed else [f"the test {report.outcome}"]
        add(Result(mark.args[0], item.name, "", failed))
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Make the page, once all processes have ended."""
    if session.config.getoption("record_faults") and not hasattr(session.config, "workerinput"):
        write_page()
