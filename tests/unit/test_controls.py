"""The table of controls that are switched off one at a time (tests/controls): complete, and told as it is."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from people.rules import Verb
from tests.controls.control import Control
from tests.controls.page import PAGE, page
from tests.controls.rights import VERBS
from tests.controls.site import FRONTEND, SITE, SiteControl
from tests.controls.table import CONTROLS
from tests.stack import ROOT


def test_the_page_of_controls_is_the_table() -> None:
    assert PAGE.read_text() == page(), "run python -m tests.controls.page"


def test_each_control_has_a_name_of_its_own_and_tests() -> None:
    assert [name for name, times in Counter(control.name for control in CONTROLS).items() if times > 1] == []
    assert [control.name for control in CONTROLS if not control.tests] == []


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.name)
def test_the_tests_of_a_control_are_there(control: Control) -> None:
    for test in control.tests:
        file, _, name = test.partition("::")
        assert re.search(
            rf"^(async )?def {name.partition('[')[0]}\(", (ROOT / "tests" / file).read_text(), re.MULTILINE
        )


@pytest.mark.parametrize("control", SITE, ids=lambda control: control.name)
def test_the_passage_of_a_control_of_the_site_is_there_once(control: SiteControl) -> None:
    assert (FRONTEND / "src" / f"{control.module}.ts").read_text().count(control.said) == 1


def test_every_verb_that_somebody_who_sees_may_lack_is_tried() -> None:
    """To list, look and log are granted and refused with reading, to each role and relation (test_people_rules)."""
    assert set(VERBS) == set(Verb) - {Verb.LIST, Verb.LOOK, Verb.LOG}
