"""A person's own tokens and sessions, and a guest who comes with a code, in a browser."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time

import httpx
from playwright.sync_api import Page, expect

from tests.e2e.conftest import sign_in
from tests.stack import Stack

PODS = "/api/v1/namespaces/admin/pods"
MAKE_CODE = """
from datetime import timedelta
from django.utils import timezone
from people.guests import make_code
from people.models import EventCode
print(make_code(EventCode(event="class", expires_at=timezone.now() + timedelta(hours=1), most_guests=1)))
"""


def app(secret: str) -> str:
    """What an authenticator app shows now (RFC 4226 and 6238); who types slowly waits for the next, near its end."""
    left = 30 - time.time() % 30
    if left < 15:
        time.sleep(left)
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1")
    offset = digest[-1] & 0x0F
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def status(stack: Stack, token: str) -> int:
    return httpx.get(stack.url + PODS, headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_token_works_until_it_is_revoked_on_the_account_page(page: Page, stack: Stack) -> None:
    sign_in(page, stack)
    page.goto("/account")
    tokens = page.get_by_role("region", name="Tokens")
    tokens.get_by_label("What for").fill("e2e")
    tokens.get_by_label("It may").select_option("write")
    tokens.get_by_role("button", name="Make a token").click()
    text = tokens.locator(".code code").inner_text()
    assert text.startswith("pgt_")
    expect(tokens.get_by_role("button", name="Make a token")).to_be_focused()
    assert status(stack, text) == 200
    tokens.get_by_role("button", name="Revoke the token e2e").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Revoke it").click()
    expect(tokens.get_by_text("e2e", exact=True)).to_have_count(0)
    assert status(stack, text) == 401
    expect(page.get_by_role("region", name="Sessions").get_by_text("this one")).to_be_visible()
    assert page.get_by_role("region", name="Sessions").get_by_text("on Linux").count() >= 1


def test_a_guest_comes_with_a_code_that_another_one_cannot_use(page: Page, stack: Stack) -> None:
    code = stack.manage("shell", "--no-imports", "-c", MAKE_CODE).split()[-1]
    page.goto("/sign-in")
    form = page.get_by_role("form", name="Try without an account")
    form.get_by_label("Event code").fill(code.upper())
    form.get_by_role("button", name="Come in as a guest").click()
    expect(page.get_by_role("heading", name="My pods")).to_be_visible()
    page.goto("/account")
    expect(page.get_by_role("region", name="Your visit", exact=True)).to_contain_text(
        re.compile(r"Your visit ends in 3 h 5\d min, at")
    )
    expect(page.get_by_text("Then you are signed out, and your pods are deleted")).to_be_visible()
    a_guests_pod_is_restricted_and_shows(page)
    page.get_by_role("button", name="Sign out").first.click()
    page.get_by_role("alertdialog", name="End your visit?").get_by_role("button", name="Sign out").click()
    form.get_by_label("Event code").fill(code)
    form.get_by_role("button", name="Come in as a guest").click()
    expect(page.get_by_role("alert")).to_contain_text("as many guests came with it as may")


def a_guests_pod_is_restricted_and_shows(page: Page) -> None:
    """nginx as a user of no name on a read-only root, and its page on a site of its own."""
    page.goto("/new")
    page.get_by_label("Pod name", exact=True).fill("mine")
    page.get_by_label("Member 1 name", exact=True).fill("web")
    page.get_by_label("Member 1 image", exact=True).fill("nginx:latest")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Create pod").click()
    expect(page.get_by_text("Running", exact=True).first).to_be_visible(timeout=20_000)
    processes = page.get_by_role("region", name="Processes")
    expect(processes.get_by_text(re.compile(r"^20\d{4}$")).first).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Open preview of port 80").click()
    expect(opened.value.get_by_role("heading", name="Welcome to nginx")).to_be_visible(timeout=20_000)
    opened.value.close()
    page.goto("/account")


def test_a_second_factor_is_set_up_and_its_recovery_code_signs_in(page: Page, stack: Stack) -> None:
    sign_in(page, stack, "factor")
    page.goto("/account")
    pane = page.get_by_role("region", name="Second factor")
    pane.get_by_role("button", name="Set up a second factor").click()
    expect(pane.get_by_alt_text("The secret as a QR code")).to_be_visible()
    pane.get_by_label("Code that it shows").fill(app(pane.locator(".code code").inner_text()))
    pane.get_by_role("button", name="Turn it on").click()
    recovery = pane.get_by_role("status").filter(has_text="recovery codes").locator("code").inner_text().split()
    assert len(recovery) == 10
    page.context.clear_cookies()
    page.goto("/nowhere")
    page.goto(stack.url + stack.manage("link", "factor").split()[-1])
    page.get_by_label("Code of your authenticator app").fill(recovery[0])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="My pods")).to_be_visible()
