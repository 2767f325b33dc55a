"""Ports of members."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from sandboxes.spec import names
from sandboxes.spec.causes import duplicate, invalid, not_supported, required
from sandboxes.spec.models import Container, ContainerPort
from sandboxes.spec.rules.texts import Causes, count

PROTOCOLS = ("SCTP", "TCP", "UDP")
MOST_PORTS = 64
ADDRESS_RULE = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"


def ports_of(field: str, ports: tuple[ContainerPort, ...]) -> Causes:
    yield from count(field, len(ports), MOST_PORTS)
    taken: set[str] = set()
    for i, port in enumerate(ports):
        at = f"{field}[{i}]"
        yield from _port_name(f"{at}.name", port.name, taken)
        yield from _port(port, at)


def _port_name(field: str, name: str, taken: set[str]) -> Causes:
    if not name:
        return
    complaints = names.port_name(name)
    yield from (invalid(field, name, complaint) for complaint in complaints)
    if name in taken:
        yield duplicate(field, name)
    elif not complaints:
        taken.add(name)


def _port(port: ContainerPort, at: str) -> Causes:
    bounds = names.between(1, 65535)
    if port.container_port == 0:
        yield required(f"{at}.containerPort")
    elif not 1 <= port.container_port <= 65535:
        yield invalid(f"{at}.containerPort", port.container_port, bounds)
    if not 0 <= port.host_port <= 65535:
        yield invalid(f"{at}.hostPort", port.host_port, bounds)
    if port.protocol not in PROTOCOLS:
        yield not_supported(f"{at}.protocol", port.protocol, PROTOCOLS)
    if port.host_ip and not is_address(port.host_ip):
        yield invalid(f"{at}.hostIP", port.host_ip, ADDRESS_RULE)


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text  # a zone means nothing outside of the machine it was written on


def host_ports(at: str, containers: Iterable[Container]) -> Causes:
    """No two ports of these may claim one host port, by protocol and address; `at` is the path of the list."""
    taken: set[str] = set()
    for i, container in enumerate(containers):
        for j, port in enumerate(container.ports):
            if not port.host_port:
                continue
            claim = f"{port.protocol}/{port.host_ip}/{port.host_port}"
            if claim in taken:
                yield duplicate(f"{at}[{i}].ports[{j}].hostPort", claim)
            taken.add(claim)
