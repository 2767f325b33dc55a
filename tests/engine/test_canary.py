"""The canary: silent while the network holds, and a sentence for each way in which it does not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandboxes.engine.naming import canary_uids
from sandboxes.errors import PlaygroundError
from sandboxes.host.netns import run_nft
from sandboxes.node.canary import free_port
from sandboxes.node.network import Network
from sandboxes.policy import BASELINE
from tests.engine.site import PAUSE, Site, site
from tests.stack import run

pytestmark = pytest.mark.usefixtures("images")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path) as made:
        yield made


def canaries(here: Site) -> list[str]:
    return [seen.id for uid in canary_uids(here.install) for seen in here.engine.observe(uid)]


def test_a_healthy_network_has_no_problems_and_keeps_its_canaries(here: Site) -> None:
    assert here.network.check() == []
    before = canaries(here)
    assert here.network.check() == []
    assert canaries(here) == before
    assert len(before) == 2


def test_the_canary_s_port_is_none_that_a_pod_may_ask_for(here: Site) -> None:
    assert here.network.check() == []
    (mapping,) = run("docker", "port", canaries(here)[0]).splitlines()
    assert int(mapping.rpartition(":")[2]) in range(600, BASELINE.host_ports.start)


def test_a_port_somebody_listens_on_is_left_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    free = free_port("127.0.0.1")
    with socket.create_server(("127.0.0.1", free)):
        monkeypatch.setattr("sandboxes.node.canary.PORTS", (free,))
        with pytest.raises(PlaygroundError, match="no port"):
            free_port("127.0.0.1")
    monkeypatch.setattr("sandboxes.node.canary.PORTS", (free,))
    assert free_port("127.0.0.1") == free


def test_a_lost_table_is_told_in_sentences_and_making_it_again_heals(here: Site) -> None:
    assert here.network.check() == []
    with here.without_table():
        told = here.network.check()
        assert f"A pod's connection to the host at {here.gateway} is answered, it must be refused" in told
        assert any(sentence.startswith("A pod's connection to the outside is") for sentence in told)
    assert here.network.check() == []


def test_pods_that_reach_each_other_are_a_problem(tmp_path: Path) -> None:
    with site(tmp_path, open_between_pods=True) as here, here.without_table():
        assert "A pod's connection to another pod is answered, it must be refused" in here.network.check()


def test_a_resolver_that_answers_is_a_problem(here: Site) -> None:
    assert here.network.check() == []
    asking = here.engine.observe(canary_uids(here.install)[1])[0]
    run("nsenter", "--net", f"--target={asking.pid}", "nft", "delete", "table", "inet", "playground_dns")
    told = here.network.check()
    assert "A pod's DNS query for an address by UDP to Docker's resolver is answered, it must be refused" in told


def test_a_published_port_that_leads_nowhere_is_a_problem(here: Site) -> None:
    table = f"inet playground_{here.install}"
    run_nft(
        f"add chain {table} extra {{ type filter hook output priority filter; }}\n"
        f'add rule {table} extra oifname "{here.bridge}" reject with tcp reset\n'
    )
    told = here.network.check()
    assert "The host's connection to a pod is refused, it must be answered" in told
    assert any(sentence.startswith("A connection to a port published on 127.0.0.1 is") for sentence in told)


def test_a_canary_that_died_is_replaced(here: Site) -> None:
    assert here.network.check() == []
    here.engine.remove(canaries(here)[0])
    assert here.network.check() == []
    assert len(canaries(here)) == 2


def test_a_new_process_replaces_the_canaries_of_the_old_one(here: Site) -> None:
    assert here.network.check() == []
    before = canaries(here)
    again = Network(here.install, here.engine, here.host, host_ip="127.0.0.1", pause_image=PAUSE)
    assert again.check() == []
    assert not set(canaries(here)) & set(before)


def test_a_missing_pause_image_is_a_problem_and_not_a_crash(here: Site) -> None:
    network = Network(here.install, here.engine, here.host, host_ip="127.0.0.1", pause_image="nowhere/pause:0")
    assert network.check()[0].startswith("The network cannot be checked: ")


def test_an_address_that_is_not_this_machine_s_is_a_problem(here: Site) -> None:
    network = Network(here.install, here.engine, here.host, host_ip="203.0.113.9", pause_image=PAUSE)
    assert network.check() == [
        "The network cannot be checked: 203.0.113.9 is no address of this machine: Cannot assign requested address"
    ]


def test_remove_leaves_nothing_and_can_be_repeated(here: Site) -> None:
    assert here.network.check() == []
    here.network.remove()
    here.network.remove()
    assert canaries(here) == []
    assert here.install not in run("nft", "list", "tables")
    assert here.bridge not in run("ip", "-oneline", "link")
