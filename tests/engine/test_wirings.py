"""The wiring verb on a real pod, and nft's listing where there is more of it, or less, than can be waited for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sandboxes.errors import PlaygroundError
from sandboxes.node.readers import firewall
from tests.engine.pods import pod
from tests.stack import Stack, run


def test_the_rules_that_a_pods_packets_meet_are_those_of_the_nodes_table(stack: Stack) -> None:
    with pod(stack, "wired", {"containers": [{"name": "a", "image": "nginx:latest"}]}) as found:
        found.wait_phase("Running")
        path = f"/api/playground/v1/namespaces/{found.namespace}/pods/{found.name}/wiring"
        told = found.client.get(path).raise_for_status().json()
    (table,) = [each for each in told["tables"] if each["place"] == "node" and each["name"].startswith("inet ")]
    listing = run("nft", "list", "table", *table["name"].split())
    assert {chain["name"] for chain in table["chains"]} >= {"input", "forward"}
    rules = [rule["text"] for chain in table["chains"] for rule in chain["rules"]]
    assert rules and all(rule in listing for rule in rules if "counter" not in listing)
    assert told["problems"] == []


@pytest.fixture
def nft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands in front of the machine's own nft."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    made = tmp_path / "nft"
    made.write_text("")
    made.chmod(0o755)
    return made


def test_a_listing_without_end_is_read_up_to_its_bound_and_ended(nft: Path) -> None:
    nft.write_text("#!/bin/sh\nexec yes rule\n")
    assert len(firewall.listed("ruleset") or "") == firewall.MOST_BYTES


def test_one_that_does_not_come_is_not_waited_for(nft: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firewall, "WITHIN", 0.2)
    nft.write_text("#!/bin/sh\nexec sleep 60\n")
    with pytest.raises(PlaygroundError, match="no end within"):
        firewall.listed("ruleset")


def test_what_is_not_there_is_none_and_what_nft_refuses_is_told(nft: Path) -> None:
    nft.write_text("#!/bin/sh\necho 'Error: No such file or directory' >&2; exit 1\n")
    assert firewall.listed("table inet none") is None
    nft.write_text("#!/bin/sh\necho 'Error: syntax' >&2; exit 1\n")
    with pytest.raises(PlaygroundError, match="Error: syntax"):
        firewall.listed("table")
