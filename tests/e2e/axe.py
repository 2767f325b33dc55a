"""axe on a page as it is: what it finds that not everybody could use."""

from __future__ import annotations

from typing import Literal

from playwright.sync_api import Page

from tests.stack import ROOT

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
THEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")


def violations(page: Page) -> list[str]:
    """What axe finds; put there past the page's policy, which lets no script of ours in."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run().then(r => r.violations.map(v => `${v.id}: ${v.nodes.map(n => n.target).join()}`))")
    return [str(each) for each in found]


def expect_none(page: Page) -> None:
    """Nothing is found in either theme, with colours that have come to rest."""
    found = {}
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found[theme] = violations(page)
    assert found == {theme: [] for theme in THEMES}, f"{page.url}: {found}"
