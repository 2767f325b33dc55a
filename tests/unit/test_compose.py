"""What docker-compose.yml promises: who sees the engine, who holds what, and that Compose understands it."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
import yaml

from tests.stack import ROOT

Service = dict[str, Any]
FILE = ROOT / "docker-compose.yml"
OPERATING = ROOT / "docs" / "operating.md"
COMPOSE = yaml.safe_load(FILE.read_text())
SERVICES: dict[str, Service] = COMPOSE["services"]

NODE = {"worker", "watch"}
ONCE = {"prepare", "pause", "migrate"}
STATE = "/var/lib/playground/${PLAYGROUND_INSTALL:-compose}"
# Settings that are not the admin's to choose here, and those that would put a secret into a container's description.
FIXED = {"STATE", "DATABASE", "REDIS", "WEB_GROUP", "BIND", "PORT", "CONN_MAX_AGE", "DEBUG", "DJANGO_KEY", "NODE_KEY"}

each = pytest.mark.parametrize("name", sorted(SERVICES))
each_untrusted = pytest.mark.parametrize("name", sorted(set(SERVICES) - NODE))


def mounts(name: str) -> dict[str, str]:
    """What a service is given: its source → its options. Target and source are the same path, but for a volume."""
    parts = [re.split(r":(?!-)", volume) for volume in SERVICES[name].get("volumes", [])]
    assert all(target in (source, "/data") for source, target, *_ in parts)
    return {source: "".join(options) for source, _, *options in parts}


def test_the_file_is_what_the_compose_specification_says() -> None:
    checked = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)]
    done = subprocess.run(checked, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr


def test_all_processes_of_the_service_are_there() -> None:
    assert set(SERVICES) == {"redis", "db", "web", "beat"} | NODE | ONCE


@each
def test_only_the_node_sees_the_engine(name: str) -> None:
    assert any(source.endswith("docker.sock") for source in mounts(name)) == (name in NODE)


@each
def test_nothing_is_writable_in_a_container_and_no_privilege_is_gained(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service


@each_untrusted
def test_all_but_the_node_hold_no_capability(name: str) -> None:
    expected = ["CHOWN", "FOWNER"] if name == "prepare" else []  # it gives folders away, and ends
    assert SERVICES[name].get("cap_add", []) == expected


@each_untrusted
def test_all_but_the_node_stay_in_their_own_namespaces(name: str) -> None:
    service = SERVICES[name]
    assert not {"pid", "ipc", "uts", "cgroup", "userns_mode", "devices"} & set(service)
    assert service.get("network_mode", "a network of its own") == ("a network of its own" if name == "web" else "none")
    assert service["security_opt"] == ["no-new-privileges:true"]


@each
def test_only_the_node_and_its_preparation_are_root(name: str) -> None:
    assert (SERVICES[name].get("user") == "root") == (name in NODE | {"prepare"})


@pytest.mark.parametrize("name", sorted(NODE))
def test_the_node_holds_what_the_page_explains_and_no_more(name: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (both|worker|watch) \|", OPERATING.read_text(), re.MULTILINE)
    assert set(SERVICES[name]["cap_add"]) == {capability for capability, who in rows if who in ("both", name)}


def test_the_state_directory_is_the_same_for_the_engine_and_the_node() -> None:
    for name in NODE:
        assert mounts(name)[STATE] == "rshared"


@pytest.mark.parametrize(
    ("name", "folders"),
    [
        ("web", {"run", "secrets", "redis", "postgres"}),
        ("beat", {"redis"}),
        ("migrate", {"secrets", "postgres"}),
        ("redis", {"redis"}),
        ("db", {"postgres"}),
    ],
)
def test_of_the_state_directory_each_sees_what_it_needs(name: str, folders: set[str]) -> None:
    found = {source.removeprefix(f"{STATE}/"): options for source, options in mounts(name).items()}
    found.pop("database", None)
    assert set(found) == folders
    assert set(found.values()) == ({""} if name in ("redis", "db") else {"ro"})


@each
def test_each_says_whether_it_is_well_or_ends(name: str) -> None:
    service = SERVICES[name]
    assert ("healthcheck" in service) == (name not in ONCE)
    assert ("restart" in service) == (name not in ONCE)


def test_what_ends_is_waited_for() -> None:
    awaited = {
        name
        for service in SERVICES.values()
        for name, how in service.get("depends_on", {}).items()
        if how["condition"] == "service_completed_successfully"
    }
    assert awaited == ONCE


def test_one_port_is_published_and_on_loopback() -> None:
    assert {name for name in SERVICES if "ports" in SERVICES[name]} == {"web"}
    assert SERVICES["web"]["ports"] == ["127.0.0.1:${PLAYGROUND_PORT:-8000}:8000"]


def test_no_password_stands_in_the_files() -> None:
    for path in (FILE, ROOT / "Dockerfile", *(ROOT / "compose").iterdir()):
        if path.is_file():
            assert not re.search(r"(?i)passw(or)?d *[:=]|://[^/\s]*:[^/\s]*@|_KEY *[:=]", path.read_text()), path


@each
def test_an_image_of_ours_is_never_asked_for_at_a_registry(name: str) -> None:
    assert SERVICES[name]["image"].startswith("playground/")
    assert SERVICES[name]["pull_policy"] == "never"


def test_images_of_two_installations_have_names_of_their_own() -> None:
    tags = {service["image"].partition(":")[2] for name, service in SERVICES.items() if name != "pause"}
    assert tags == {"${PLAYGROUND_INSTALL:-compose}"}


@pytest.mark.parametrize("name", ["web", "beat", "worker", "watch"])
def test_every_setting_of_the_page_is_passed_on(name: str) -> None:
    told = re.findall(r"^\| `PLAYGROUND_([A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE)
    passed = {variable.removeprefix("PLAYGROUND_") for variable in SERVICES[name]["environment"]}
    assert set(told) - FIXED <= passed
