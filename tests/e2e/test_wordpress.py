"""WordPress and MySQL in one pod, as a person sets them up: the form, the pod, WordPress installed in the browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.engine.pods import wait_for
from tests.stack import Stack, free_port, run

from .conftest import OUT, signed_in

pytestmark = pytest.mark.timeout(300)

SOON = 60_000  # milliseconds: two large containers start, a database is made
MEMBERS = ("mysql", "wordpress")
DATABASE = {
    "MYSQL_ROOT_PASSWORD": "root-secret",
    "MYSQL_DATABASE": "wordpress",
    "MYSQL_USER": "wordpress",
    "MYSQL_PASSWORD": "secret",
}
BLOG = {
    "WORDPRESS_DB_HOST": "127.0.0.1",
    "WORDPRESS_DB_NAME": "wordpress",
    "WORDPRESS_DB_USER": "wordpress",
    "WORDPRESS_DB_PASSWORD": "secret",
}


@pytest.fixture
def form(page: Page, stack: Stack) -> Iterator[Page]:
    """The empty new-pod form; the pod goes at the end, whatever happened to it."""
    signed_in(page, stack)
    page.goto(f"{stack.url}/new")
    expect(page.get_by_role("heading", name="New pod")).to_be_visible()
    yield page
    with stack.client("admin") as client:
        client.delete("/api/v1/namespaces/admin/pods/blog", params={"gracePeriodSeconds": 0})
    wait_for(lambda: not left(stack), "the pod's containers to go", 60)


def fill_member(page: Page, number: int, name: str, variables: dict[str, str]) -> None:
    page.get_by_label(f"Member {number} name", exact=True).fill(name)
    page.get_by_label(f"Member {number} image", exact=True).fill(name)
    page.keyboard.press("Tab")  # away from the suggestions, which cover the rest while they are open
    pane = page.get_by_role("region", name=f"Member {number}", exact=True)
    for row, (key, value) in enumerate(variables.items(), 1):
        pane.get_by_role("button", name="Add variable").click()
        pane.get_by_label(f"Member {number} variable {row} name").fill(key)
        pane.get_by_label(f"Member {number} variable {row} value").fill(value)


def create(page: Page, port: int) -> None:
    page.get_by_label("Pod name", exact=True).fill("blog")
    page.get_by_role("switch", name="Share the process namespace").click(force=True)
    fill_member(page, 1, "mysql", DATABASE)
    page.get_by_role("button", name="Add member").click()
    fill_member(page, 2, "wordpress", BLOG)
    page.get_by_role("region", name="Member 2", exact=True).get_by_role("button", name="Add port").click()
    page.get_by_label("Member 2 port 1 container port").fill("80")
    page.get_by_label("Member 2 port 1 host port").fill(str(port))
    page.get_by_role("button", name="Create pod").click()
    expect(page.get_by_text("Running", exact=True).first).to_be_visible(timeout=SOON)


def row(page: Page, caption: str, *texts: str) -> Locator:
    found = page.get_by_role("table", name=caption).get_by_role("row")
    for text in texts:
        found = found.filter(has_text=text)
    return found.first


def process(page: Page, command: str) -> Locator:
    """The row of a process with just this command: those that start mysqld have its name in theirs."""
    table = page.get_by_role("table", name="Processes")
    return table.get_by_role("row").filter(has=page.get_by_role("cell", name=command, exact=True)).first


def left(stack: Stack) -> list[str]:
    return [name for name in stack.containers() if name.split("_")[3] == "blog"]


def in_member(stack: Stack, member: str, *command: str) -> str:
    container = next(name for name in left(stack) if name.split("_")[2] == member)
    return run("docker", "exec", container, *command).strip()


def check_views(page: Page, stack: Stack) -> None:
    """One hostname, /pause as PID 1, mysqld and apache2 in one table: on the page and as the kernel has it."""
    for member in ("pause", *MEMBERS):
        expect(row(page, "Hostname", member, "blog")).to_be_visible(timeout=SOON)
    assert [in_member(stack, member, "uname", "-n") for member in MEMBERS] == ["blog", "blog"]

    pid = page.get_by_role("table", name="Processes").get_by_role("columnheader").all_inner_texts().index("PID")
    for command, is_first in (("/pause", True), ("mysqld", False), ("apache2 -DFOREGROUND", False)):
        expect(process(page, command)).to_be_visible(timeout=SOON)
        assert (process(page, command).get_by_role("cell").nth(pid).inner_text() == "1") is is_first
    for port, holder in ((":80", "apache2"), (":3306", "mysqld")):
        expect(row(page, "Sockets", "LISTEN", port, holder)).to_be_visible(timeout=SOON)
    for member in MEMBERS:
        assert in_member(stack, member, "cat", "/proc/1/comm") == "pause"


def install(page: Page, url: str) -> None:
    """What WordPress asks for when it is opened the first time, until it says that it is done."""
    page.goto(url)
    expect(page.get_by_role("heading", name="Information needed")).to_be_visible()
    page.screenshot(path=OUT / "wordpress-installation.png", full_page=True)
    page.get_by_label("Site Title").fill("A pod's blog")
    page.get_by_label("Username").fill("ada")
    page.get_by_role("textbox", name="Password").fill("correct horse battery staple")
    page.get_by_label("Your Email").fill("ada@example.org")
    page.get_by_role("button", name="Install WordPress").click()
    expect(page.get_by_role("heading", name="Success!")).to_be_visible(timeout=SOON)


@pytest.mark.long
def test_wordpress_installs_on_the_mysql_beside_it(form: Page, stack: Stack) -> None:
    port = free_port()
    create(form, port)
    pod_page = form.url
    check_views(form, stack)
    OUT.mkdir(exist_ok=True)
    form.screenshot(path=OUT / "wordpress-pod.png", full_page=True)

    site = f"http://127.0.0.1:{port}"
    wait_for(lambda: run("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", site) == "302", "WordPress", 60)
    install(form, site)
    form.goto(site)
    expect(form).to_have_title("A pod's blog")
    title = "SELECT option_value FROM wp_options WHERE option_name = 'blogname'"
    account = ("-h127.0.0.1", "-uwordpress", "-psecret")
    assert "A pod" in in_member(stack, "mysql", "mysql", *account, "wordpress", "-e", title)

    form.goto(pod_page)
    form.get_by_role("button", name="Delete pod").click()
    wait_for(lambda: not left(stack), "the pod's containers to go", 60)
    with stack.client("admin") as client:
        assert client.get("/api/v1/namespaces/admin/pods/blog").status_code == 404
