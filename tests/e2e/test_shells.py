"""The terminal on a pod's page: typed into, found again after a reload, and what it asks before it obeys."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.stack import Stack

from .axe import expect_none
from .conftest import signed_in

pytestmark = pytest.mark.timeout(240)

PODS = "/api/v1/namespaces/admin/pods"
MEMBERS = [{"name": "box", "image": "playground/toolbox:1"}, {"name": "bare", "image": "playground/pause:1"}]
# A title, the clipboard, a colour asked for, a window asked about, a question whose answer would be text of its choice.
HOSTILE = r"printf '\033]0;taken\007\033]52;c;dGFrZW4=\007\033]11;?\007\033[21t\033P$qm\033\\'; echo sa''fe"


@pytest.fixture
def shells(page: Page, stack: Stack) -> Iterator[Page]:
    """The page of a pod with a member that has a shell and one that has none."""
    signed_in(page, stack)
    body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "shells"}, "spec": {"containers": MEMBERS}}
    with stack.client("admin") as client:
        client.post(PODS, json=body).raise_for_status()
        page.goto(f"{stack.url}/pods/admin/shells")
        yield page
        client.delete(f"{PODS}/shells", params={"gracePeriodSeconds": 0})


def opened(page: Page, member: str) -> Locator:
    """The screen of a new shell in that member."""
    page.get_by_label("Shell in member").select_option(member)
    page.get_by_role("button", name="Open a shell").click()
    return screen(page, member)


def screen(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=f"Shell {name}", exact=True)


def prompted(where: Locator) -> None:
    """The shell listens. xterm draws only what is in sight, and panes above it grow until they have what they show."""
    deadline = time.monotonic() + 20
    while True:
        where.scroll_into_view_if_needed()
        try:
            expect(where).to_contain_text("root@shells:/#", timeout=1000)
            return
        except AssertionError:
            if time.monotonic() > deadline:
                raise


def typed(page: Page, where: Locator, text: str, told: str) -> None:
    """Type a line; what it says shows."""
    page.keyboard.type(f"{text}\n")
    expect(where).to_contain_text(told)


def test_a_shell_is_typed_into_and_found_again_after_a_reload(shells: Page) -> None:
    here = opened(shells, "box")
    prompted(here)
    typed(shells, here, "x=kept; echo fir''st", "first")
    typed(shells, here, HOSTILE, "safe")
    expect(shells).to_have_title("shells · Pod playground")
    shells.keyboard.type("for i in $(seq 700); do echo n$i; sleep 0.001; done; echo do''ne\n")
    expect(here).to_contain_text(re.compile(r"n\d\d"))
    shells.reload()
    expect(here).to_contain_text("done")
    rows = re.findall(r"n(\d+)", here.inner_text())
    assert rows == sorted(rows, key=int), "in order, and none twice"
    here.locator(".xterm-screen").click()
    typed(shells, here, "echo $x-$x", "kept-kept")
    # Leaving by the key that the page names, then a name, then the end.
    shells.keyboard.press("F6")
    tab = shells.get_by_role("list", name="Shells").get_by_role("button", name="box").first
    expect(tab).to_be_focused()
    expect_none(shells)
    shells.get_by_role("button", name="Close shell box").click()
    expect(here).to_have_count(0)
    expect(shells.get_by_text("No shell is open here")).to_be_visible()


def test_many_lines_are_pasted_only_when_they_are_meant(shells: Page) -> None:
    here = opened(shells, "box")
    prompted(here)
    paste(here, "echo one-''line")
    expect(here).to_contain_text("echo one-''line")
    shells.keyboard.press("Enter")
    expect(here).to_contain_text("one-line")
    lines = "".join(f"echo line-$(({n} * 11))\n" for n in range(1, 8))
    paste(here, lines)
    question = shells.get_by_role("alertdialog", name="Paste 7 lines?")
    expect(question).to_contain_text("echo line-$((7 * 11))")
    expect_none(shells)
    question.get_by_role("button", name="Cancel").click()
    paste(here, lines)
    question.get_by_role("button", name="Paste 7 lines").click()
    shells.keyboard.press("Enter")
    expect(here).to_contain_text("line-77")
    assert here.inner_text().count("line-77") == 1


def test_copying_and_links_are_asked_for_by_the_reader_alone(shells: Page) -> None:
    here = opened(shells, "box")
    prompted(here)
    shells.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shells.evaluate("navigator.clipboard.writeText('mine')")
    link = r"printf '\033]8;;https://example.com/a\033\\to-fol''low\033]8;;\033\\\n'"
    typed(shells, here, f"{HOSTILE}; {link}", "to-follow")
    assert shells.evaluate("navigator.clipboard.readText()") == "mine"
    shells.mouse.move(*place(here, "to-follow"))
    expect(here.locator(".xterm-cursor-pointer")).to_have_count(1)
    shells.mouse.click(*place(here, "to-follow"))
    question = shells.get_by_role("alertdialog", name="Open this link?")
    expect(question).to_contain_text("https://example.com/a")
    question.get_by_role("button", name="Cancel").click()
    expect(question).to_have_count(0)
    shells.mouse.dblclick(*place(here, "safe"))
    shells.keyboard.press("Control+Shift+C")
    shells.wait_for_function("navigator.clipboard.readText().then(text => text === 'safe')")


def place(where: Locator, beginning: str) -> tuple[float, float]:
    """A point on the row that begins so; what takes the pointer lies above the rows."""
    row = where.locator(".xterm-rows > div").filter(has_text=re.compile(f"^{beginning}"))
    box = row.bounding_box()
    assert box is not None
    return box["x"] + 15, box["y"] + 8


def paste(where: Locator, text: str) -> None:
    """As the browser does it, whatever key or menu asked for it."""
    where.locator("textarea").evaluate(
        """(area, text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        text,
    )


def test_where_the_image_has_no_shell_a_debug_member_brings_one(shells: Page) -> None:
    opened(shells, "bare")
    expect(shells.get_by_text("The image of bare has no shell")).to_be_visible()
    shells.get_by_role("button", name="Add a debug member").click()
    here = screen(shells, "debug-1")
    prompted(here)
    typed(shells, here, "echo he''re", "here")


def test_who_signs_out_elsewhere_loses_the_shell(shells: Page) -> None:
    here = opened(shells, "box")
    prompted(here)
    other = shells.context.new_page()
    other.goto(shells.url)
    other.get_by_role("button", name="Account: admin").click()
    other.get_by_role("button", name="Sign out").click()
    expect(
        shells.get_by_text("with the session that opened it").or_(shells.get_by_role("button", name="Sign in"))
    ).to_be_visible()
    other.close()
