"""Each control of the site's is switched off, alone: a test of the site's own notices."""

from __future__ import annotations

import re

import pytest

from tests.controls.site import SITE, SiteControl, told_by


@pytest.mark.parametrize("control", SITE, ids=lambda control: control.name)
def test_a_control_of_the_site_that_is_off_is_noticed(control: SiteControl) -> None:
    code, said = told_by(control, is_off=False)
    assert code == 0 and re.search(r"Tests +[1-9]\d* passed", said), said
    code, said = told_by(control, is_off=True)
    assert code == 1 and "AssertionError" in said, said
