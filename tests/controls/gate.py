"""Runs for each control the tests that stand for it, twice: with the control on, when they must pass, and with it off,
when each must fail, by an assertion or a deadline and with no error of ours on the way.

A plugin of pytest: what it collects are the named tests, what it runs and counts are controls.
"""

from __future__ import annotations

import gc
import itertools
import logging
import warnings
from collections.abc import Generator, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.controls.control import Control, Off
from tests.stack import ROOT

# A test that waits for what must happen says so with a deadline (CONTRIBUTING.md).
BY_WHAT_IT_ASKS = (AssertionError, pytest.fail.Exception, TimeoutError)
CAUSE = pytest.StashKey[type[BaseException] | None]()


class Errors(logging.Handler):
    """Errors of the service's own: a control that is off must not be noticed because its absence breaks something."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and not record.name.startswith("django.security"):  # that is of refusals
            self.told.append(f"{record.getMessage()}: {record.exc_info[1]!r}")


class ControlItem(pytest.Item):
    """A control in the place of a test."""

    control: Control
    named: list[list[pytest.Item]]

    def runtest(self) -> None:
        """Never called: `Gate.pytest_runtest_protocol` runs it."""

    def reportinfo(self) -> tuple[str, None, str]:
        return "controls", None, self.control.name


class Gate:
    """The plugin."""

    def __init__(self, names: Sequence[str], *, quick: bool = False) -> None:
        """`names`: parts of those that are wanted, none for all. `quick`: without those whose tests take long."""
        self.names, self.quick = names, quick
        self.controls: list[Control] = []
        self.good_already: set[str] = set()
        self.noticed: list[Control] = []
        self.took: dict[str, float] = {}

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """What is collected is where the named tests are. The table imports the service, so Django comes first."""
        from tests.controls.table import CONTROLS

        self.controls += [each for each in CONTROLS if not self.names or any(name in each.name for name in self.names)]
        files = {test.partition("::")[0] for control in self.controls for test in control.tests}
        session.config.args = [str(ROOT / "tests" / file) for file in sorted(files)]

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        found: list[ControlItem] = []
        for control in self.controls:
            item: ControlItem = ControlItem.from_parent(session, name=control.name)
            item.control = control
            item.named = [[each for each in items if is_of(each, test)] for test in control.tests]
            cases = list(itertools.chain(*item.named))
            if self.quick and any(map(takes_long, cases)):
                continue
            # pytest and its plugins see these items alone: they make the databases and let pass the warnings of these.
            item.add_marker("django_db")
            for mark in itertools.chain(*(case.iter_markers("filterwarnings") for case in cases)):
                item.add_marker(pytest.mark.filterwarnings(*mark.args))
            found.append(item)
        items[:] = found
        self.controls = [item.control for item in found]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        if not isinstance(item, ControlItem):
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        began = monotonic()
        why = self._why_not(item)
        self.took[item.control.name] = monotonic() - began
        if not why:
            self.noticed.append(item.control)
        outcome: Any = "failed" if why else "passed"
        report = pytest.TestReport(item.nodeid, item.location, {}, outcome, why or None, "call")
        item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def _why_not(self, item: ControlItem) -> str:
        """Why the control does not count, "" when its tests notice that it is off."""
        for test, cases in zip(item.control.tests, item.named, strict=True):
            if not cases:
                return f"there is no test {test}"
            for case in cases:
                if case.nodeid not in self.good_already and (told := failure(case, item)) is not None:
                    return f"{case.nodeid} fails with the control on: {told}"
                self.good_already.add(case.nodeid)
        for test, cases in zip(item.control.tests, item.named, strict=True):
            if told := switched_off(item, cases):
                return f"switched off, and {test} {told}"
        return ""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        if call.when == "call" and call.excinfo is not None:
            item.stash[CAUSE] = type(first_of(call.excinfo.value))
        return (yield)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for control in self.controls:
            held = "noticed " if control in self.noticed else "UNNOTICED"
            took = self.took.get(control.name, 0)
            terminalreporter.write_line(f"{held}  {took:5.1f} s  {control.reference:<4} {control.name}")
        terminalreporter.write_line(f"controls that a test notices when they are off: {score(self)}")


def takes_long(item: pytest.Item) -> bool:
    """It writes to the database for good, which is wiped after it, or starts servers, or asks many examples."""
    fixtures = getattr(item, "fixturenames", ())
    return not {"transactional_db", "redis", "port", "node"}.isdisjoint(fixtures) or "hypothesis" in item.keywords


def first_of(raised: BaseException) -> BaseException:
    """What was raised, or the first of several: Hypothesis tells of all the ways in which a test fails."""
    return first_of(raised.exceptions[0]) if isinstance(raised, BaseExceptionGroup) else raised


def score(gate: Gate) -> str:
    return f"{len(gate.noticed)} of {len(gate.controls)}"


def is_of(item: pytest.Item, test: str) -> bool:
    """Whether the item is that test, or a case of it."""
    nodeid = item.nodeid.removeprefix("tests/")
    return nodeid == test or nodeid.startswith(f"{test}[")


def failure(item: pytest.Item, of: ControlItem) -> str | None:
    """Run it once; what it said where it did not pass. What belongs to the session (the database) stays."""
    item.stash[CAUSE] = None
    item._initrequest()  # type: ignore[attr-defined]  # as a test that runs for the first time
    failed = [report for report in runtestprotocol(item, log=False, nextitem=of) if not report.passed]
    return str(failed[0].longrepr) if failed else None


def switched_off(of: ControlItem, cases: Sequence[pytest.Item]) -> str:
    """What is wrong with how these cases of a test take it; "" when one of them fails as it should."""
    told = "passes"
    for case in cases:
        errors, off = Errors(), Off(pytest.MonkeyPatch())
        logging.getLogger().addHandler(errors)
        try:
            of.control.off(off)
            said = failure(case, of)
        finally:
            with suppress(ValueError):
                logging.getLogger().removeHandler(errors)
            off.all_on()
            with warnings.catch_warnings(action="ignore"):  # what broke off in the middle may have left a file open
                gc.collect()
        if said is None:
            continue
        if errors.told:
            told = f"fails by an error: {errors.told[0]}"
        elif not issubclass(case.stash[CAUSE] or type(None), BY_WHAT_IT_ASKS):
            told = f"fails otherwise than by what it asks: {said}"
        else:
            return ""
    return told
