"""What the table says of the one address that ports are published on, and whom it names."""

from __future__ import annotations

import sys

import pytest

from sandboxes.engine.naming import bridge_name, canary_uids
from sandboxes.host.netns import apart
from sandboxes.node.network import frames, table

OPENED = "ct status dnat ct original ip daddr"


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.53", "::1"])
def test_loopback_opens_nothing_to_the_outside(address: str) -> None:
    assert OPENED not in table("main", address)


def test_an_opened_address_lets_in_what_was_sent_to_it_and_to_no_other() -> None:
    assert f"{OPENED} 192.0.2.7 accept\n        goto refused" in table("main", "192.0.2.7")


@pytest.mark.parametrize("address", ["", "0.0.0.0; accept", "somewhere"])
def test_what_is_no_address_never_becomes_a_rule(address: str) -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        table("main", address)


@pytest.mark.parametrize("rules", [table("x-1", "127.0.0.1"), frames("x-1")])
def test_tables_name_their_own_install_alone(rules: str) -> None:
    assert "playground_x-1 {" in rules
    assert '"pg-x-1"' in rules


def test_who_has_no_gateway_has_no_link_to_close() -> None:
    assert apart("Iface\tDestination\n") == ""


@pytest.mark.skipif(sys.byteorder != "little", reason="the file has numbers in the machine's order")
def test_a_link_is_closed_but_for_its_gateway() -> None:
    routes = (
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
        "eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
        "eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
    )
    first, *rest = apart(routes).splitlines()
    assert first.endswith('oifname "eth0" ip daddr 172.17.0.1 accept')
    assert all("172.17.0.0/16" in rule and " reject " in rule for rule in rest) and len(rest) == 2


def test_a_bridge_s_name_fits_an_interface_for_the_longest_install() -> None:
    assert len(bridge_name("a" * 10)) <= 15


def test_canaries_are_two_and_differ_by_install() -> None:
    assert len({*canary_uids("main"), *canary_uids("other")}) == 4
