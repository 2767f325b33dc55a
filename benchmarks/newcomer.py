"""A newcomer's path: from the sign-in link to WordPress' own page, in clicks and seconds, with nothing typed.

    .venv/bin/python -m benchmarks.newcomer [--rounds 3]

Each round is a new visitor on a new service's page; the pod starts on images that are there. The seconds are a
script's, who reads nothing: what a person takes longer is reading.
"""

from __future__ import annotations

import argparse
import shutil
import time

from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.conftest import FLAGS
from tests.stack import Stack, run

SOON = 60_000  # milliseconds


def walk(page: Page, stack: Stack) -> list[tuple[str, float]]:
    """(what is to be seen, seconds since the link was opened), one per step; a click leads to each but the last two."""
    link = stack.manage("link", "admin", "--create-admin").split()[-1]
    began = time.monotonic()
    seen: list[tuple[str, float]] = []

    def note(what: str) -> None:
        seen.append((what, time.monotonic() - began))

    page.goto(stack.url + link)
    page.get_by_role("heading", name="My pods").wait_for()
    note("signed in, my pods")
    page.get_by_role("link", name="New pod").first.click()
    page.get_by_role("button", name="WordPress + MySQL").click()
    page.get_by_text("Checked by the service").wait_for()
    note("the form is filled, and checked")
    page.get_by_role("button", name="Create pod").click()
    page.get_by_text("Running", exact=True).first.wait_for(timeout=SOON)
    note("the pod is Running")
    opener = page.get_by_role("table", name="Published ports").get_by_role("link").first
    address = opener.get_attribute("href") or ""
    # Apache listens before MySQL does; a person would press reload.
    run("bash", "-c", f"until curl -sfL -o /dev/null {address}; do sleep 0.05; done")
    with page.expect_popup() as other:
        opener.click()
    other.value.get_by_role("heading", name="Information needed").wait_for(timeout=SOON)
    note("WordPress' page is visible")
    return seen


def main(rounds: int) -> None:
    stack = Stack()
    try:
        stack.start()
        with sync_playwright() as playwright:
            browser: Browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            for number in range(1, rounds + 1):
                context = browser.new_context(viewport={"width": 1440, "height": 1000})
                steps = walk(context.new_page(), stack)
                print(f"round {number}, 4 clicks: " + " · ".join(f"{what} {seconds:.1f} s" for what, seconds in steps))
                context.close()
                with stack.client("admin") as client:
                    for item in client.get("/api/v1/namespaces/admin/pods").json()["items"]:
                        path = f"/api/v1/namespaces/admin/pods/{item['metadata']['name']}"
                        client.delete(path, params={"gracePeriodSeconds": 0})
            browser.close()
    finally:
        stack.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    main(parser.parse_args().rounds)
