"""docs/controls.md, made of the table: `python -m tests.controls.page` writes it, a test holds it against the table."""

from __future__ import annotations

from collections.abc import Iterator

from tests.controls.site import SITE
from tests.stack import ROOT

PAGE = ROOT / "docs" / "controls.md"
BEGINNING = """\
# The web tier's controls, and what notices when one is missing

Each control below can be switched off, alone, in [`tests/controls`](../tests/controls/table.py): in the running code by
one function or value, or by a setting. With it on, the tests named for it pass; with it off each of them must fail, by
what it asserts or by a deadline, and without an error of ours on the way: nothing counts as noticed only because
it broke.

`./play soak` tries all of them, `./play test` those whose tests are quick, `python -m tests.controls.run NAME` those
whose names contain it. A control that no test notices fails. Those of the site are one passage of its source each
([`site.py`](../tests/controls/site.py)), and are tried by `./play soak`. Those of a container have a table of their own
([profiles](profiles.md)).
"""
OF_THE_SITE = "What a container says, shown in a browser"
SCORE = "**Score: {0} of {0}.** The first column is the row of the threat model that a control serves.\n"


def page() -> str:
    """All of it."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    from tests.controls.table import CONTROLS, GROUPS

    yield BEGINNING
    yield SCORE.format(len(CONTROLS) + len(SITE))
    for title, controls in GROUPS.items():
        yield f"## {title}\n\n| | control | tests that fail without it |\n|---|---|---|"
        for control in controls:
            told = ", ".join(dict.fromkeys(_told(test) for test in control.tests))
            yield f"| {control.reference} | {control.name} | {told} |"
        yield ""
    yield f"## {OF_THE_SITE}\n\n| | control | tests that fail without it |\n|---|---|---|"
    for each in SITE:
        file, test = each.test
        yield f"| {each.reference} | {each.name} | [{test}](../frontend/src/{file}.test.ts) |"
    yield ""


def _told(test: str) -> str:
    """A test in words: its name is a sentence."""
    file, _, name = test.partition("::")
    sentence = name.partition("[")[0].removeprefix("test_").replace("_", " ")
    return f"[{sentence}](../tests/{file})"


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    PAGE.write_text(page())
