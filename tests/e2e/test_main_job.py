"""The main job, as a person does it: a pod from the form, its four views right, one member reaching the other, gone."""

from __future__ import annotations

import socket

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.engine.pods import wait_for
from tests.stack import Stack, free_port, run

pytestmark = pytest.mark.timeout(180)

REACH = "curl -s http://127.0.0.1 >/dev/null && echo reached web"
CURLS = f"bash\n-c\ntrap 'sleep 3; exit' TERM; while sleep 0.3; do {REACH}; done"


@pytest.fixture
def form(home: Page, stack: Stack) -> Page:
    """The empty new-pod form, signed in."""
    home.goto(f"{stack.url}/new")
    expect(home.get_by_role("heading", name="New pod")).to_be_visible()
    return home


def fill_member(page: Page, number: int, *, name: str, image: str, command: str = "") -> None:
    page.get_by_label(f"Member {number} name", exact=True).fill(name)
    page.get_by_label(f"Member {number} image", exact=True).fill(image)
    page.keyboard.press("Tab")  # away from the suggestions, which cover the rest while they are open
    if command:
        page.get_by_label(f"Member {number} command", exact=True).fill(command)


def pair(page: Page, name: str, *, shared: bool = False, port: int = 0) -> None:
    """Build nginx and a toolbox that curls it, by typing and pressing."""
    page.get_by_label("Pod name", exact=True).fill(name)
    if shared:
        page.get_by_role("switch", name="Share the process namespace").click(force=True)
    fill_member(page, 1, name="web", image="nginx:latest")
    if port:
        page.get_by_role("button", name="Add port").first.click()
        page.get_by_label("Member 1 port 1 container port").fill("80")
        page.get_by_label("Member 1 port 1 host port").fill(str(port))
    page.get_by_role("button", name="Add member").click()
    fill_member(page, 2, name="box", image="playground/toolbox:1", command=CURLS)
    page.get_by_role("button", name="Create pod").click()
    expect(page.get_by_role("status", name="Connection: live")).to_be_visible()
    expect(page.get_by_text("Running", exact=True).first).to_be_visible()


def table(page: Page, caption: str) -> Locator:
    return page.get_by_role("table", name=caption)


def row(page: Page, caption: str, *texts: str) -> Locator:
    found = table(page, caption).get_by_role("row")
    for text in texts:
        found = found.filter(has_text=text)
    return found.first


def container(stack: Stack, pod: str, member: str) -> str:
    return next(name for name in stack.containers() if name.split("_")[2:4] == [member, pod])


def left(stack: Stack, pod: str) -> list[str]:
    return [name for name in stack.containers() if name.split("_")[3] == pod]


def test_form_to_running_to_four_views_to_curl_to_delete(form: Page, stack: Stack) -> None:
    port = free_port()
    pair(form, "demo", port=port)

    # Processes, as ps -ef has them inside; pause too, which has no ps.
    expect(row(form, "Processes", "nginx: master process")).to_be_visible()
    expect(row(form, "Processes", "pause", "/pause")).to_be_visible()
    seen = run("docker", "exec", container(stack, "demo", "box"), "ps", "-eo", "pid,args").splitlines()
    first = next(line for line in seen if line.split()[0] == "1")
    expect(row(form, "Processes", "box", first.split(None, 1)[1])).to_be_visible()

    # Hostname: the same in all, in UTS namespaces of their own.
    names = [run("docker", "exec", container(stack, "demo", member), "hostname").strip() for member in ("web", "box")]
    assert names == ["demo", "demo"]
    expect(form.get_by_text("demo", exact=True).nth(1)).to_be_visible()

    # Network: the address, nginx's socket, the host's end of the veth pair, the published port.
    address = run("docker", "exec", container(stack, "demo", "box"), "hostname", "-I").split()[0]
    expect(row(form, "Interfaces", "eth0", address)).to_be_visible()
    expect(row(form, "Sockets", "LISTEN", ":80", "nginx")).to_be_visible()
    expect(row(form, "Published ports", str(port))).to_be_visible()
    expect(row(form, "Routes", "default")).to_be_visible()

    # Namespaces: net and ipc are pause's in every row, by inode.
    shared = run("docker", "exec", container(stack, "demo", "box"), "readlink", "/proc/self/ns/net").strip()
    inode = shared.removeprefix("net:[").removesuffix("]")
    for member in ("pause", "web", "box"):
        expect(row(form, "Namespaces", member, inode[-4:])).to_be_visible()

    # One member reaches the other on localhost, and so does the machine on the published port.
    form.get_by_label("Log of member").select_option("box")
    expect(form.get_by_label("Log of box")).to_contain_text("reached web")
    assert "nginx" in run("curl", "-s", f"http://127.0.0.1:{port}").lower()

    # It can be undone for a while; then it is sent.
    form.get_by_role("button", name="Delete pod").click()
    form.get_by_role("button", name="Undo deleting demo").click()
    form.get_by_role("button", name="Delete pod").click()
    expect(form.get_by_text("demo is ending", exact=True)).to_be_visible()
    wait_for(lambda: not left(stack, "demo"), "the pod's containers to go", 60)
    with stack.client("admin") as client:
        assert client.get("/api/v1/namespaces/admin/pods/demo").status_code == 404


def test_a_new_process_appears_by_itself_and_goes_again(form: Page, stack: Stack) -> None:
    pair(form, "moving")
    run("docker", "exec", "-d", container(stack, "moving", "box"), "sleep", "4321")
    expect(row(form, "Processes", "box", "sleep 4321")).to_be_visible()
    run("docker", "exec", container(stack, "moving", "box"), "pkill", "-f", "sleep 4321")
    expect(table(form, "Processes").get_by_text("sleep 4321")).to_have_count(0)


def test_with_a_shared_process_namespace_pause_is_pid_1_for_all(form: Page, stack: Stack) -> None:
    pair(form, "sharing", shared=True)
    inside = run("docker", "exec", container(stack, "sharing", "web"), "cat", "/proc/1/comm").strip()
    assert inside == "pause"
    expect(row(form, "Processes", "pause", "/pause")).to_be_visible()
    nginx = row(form, "Processes", "nginx: master process")
    expect(nginx).to_be_visible()
    pid = table(form, "Processes").get_by_role("columnheader").all_inner_texts().index("PID")
    assert int(nginx.get_by_role("cell").nth(pid).inner_text()) > 1


def test_each_error_stands_beside_its_field_and_nothing_typed_is_lost(form: Page) -> None:
    form.get_by_label("Pod name", exact=True).fill("Not A Name")
    fill_member(form, 1, name="web", image="nginx:latest")
    form.get_by_role("button", name="Add port").first.click()
    form.get_by_label("Member 1 port 1 container port").fill("70000")
    form.get_by_role("button", name="Create pod").click()
    expect(form.get_by_label("Pod name", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_label("Pod name", exact=True)).to_be_focused()
    # Beside the field; the YAML says it too, by line.
    expect(form.get_by_role("region", name="Pod", exact=True).get_by_text("RFC 1123 subdomain")).to_be_visible()
    member = form.get_by_role("region", name="Member 1", exact=True)
    expect(member.get_by_text("must be between 1 and 65535, inclusive")).to_be_visible()
    expect(form.get_by_label("Member 1 port 1 container port")).to_have_value("70000")
    form.reload()
    expect(form.get_by_label("Pod name", exact=True)).to_have_value("Not A Name")


def test_a_taken_port_is_explained_on_the_pods_page(form: Page, stack: Stack) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        form.get_by_label("Pod name", exact=True).fill("taken")
        fill_member(form, 1, name="web", image="nginx:latest")
        form.get_by_role("button", name="Add port").first.click()
        form.get_by_label("Member 1 port 1 container port").fill("80")
        form.get_by_label("Member 1 port 1 host port").fill(str(taken.getsockname()[1]))
        form.get_by_role("button", name="Create pod").click()
        expect(form.get_by_text("address already in use").first).to_be_visible()


def test_the_page_says_reconnecting_while_watch_is_away_and_live_when_it_is_back(form: Page, stack: Stack) -> None:
    pair(form, "restarted")
    stack.processes["watch"].terminate()
    stack.processes["watch"].wait()
    badge = form.get_by_role("status").filter(has_text="live")
    expect(badge).to_have_count(0)
    stack.launch("watch")
    expect(form.get_by_role("status", name="Connection: live")).to_be_visible(timeout=30_000)
    expect(row(form, "Processes", "nginx: master process")).to_be_visible()
