"""The node's network for pods: one bridge, one nftables table of our own, and a canary that proves they hold.

The rule (ARCHITECTURE §6): a pod starts no connection to anyone; the host may reach every pod, the outside only what is
published on an address the admin opened. Blocking calls, made by `watch` alone; Docker's own rules are never touched.
"""

from __future__ import annotations

import logging
from ipaddress import ip_address

from sandboxes.engine.naming import bridge_name, table_name
from sandboxes.engine.port import Engine
from sandboxes.errors import PlaygroundError
from sandboxes.host.netns import run_nft
from sandboxes.host.port import Host
from sandboxes.node.canary import Canaries
from sandboxes.node.reach import problems

log = logging.getLogger(__name__)


class Network:
    """The network of one install on this node. `host_ip` is the one address ports are published on."""

    def __init__(self, install: str, engine: Engine, host: Host, *, host_ip: str, pause_image: str) -> None:
        self._install = install
        self._engine = engine
        self._host_ip = host_ip
        self._bridge = bridge_name(install)
        self._frames = True
        self._canaries = Canaries(install, engine, host, image=pause_image, host_ip=host_ip)

    def ensure(self) -> None:
        """The table, then the bridge it guards, so that no pod is ever on an open bridge. Can be repeated.

        Raises PlaygroundError with nft's or the engine's words.
        """
        run_nft(table(self._install, self._host_ip))
        self._ensure_frames()
        self._engine.ensure_network()

    def check(self) -> list[str]:
        """What is wrong, a sentence each; [] when all connections that must be refused are, and the others work.

        The first call starts the canaries (about a second), the next ones use them again, until something is wrong:
        a fault of the canaries themselves must not outlive them.
        """
        try:
            found = problems(self._canaries.pair(), bridge=self._bridge, host_ip=self._host_ip)
            if found:
                self._canaries.remove()
        except (PlaygroundError, OSError) as exc:
            return [f"The network cannot be checked: {exc}"]
        return found

    def remove(self) -> None:
        """Canaries, bridge and table are gone. Raises EngineError while a pod is still on the bridge."""
        self._canaries.remove()
        self._engine.remove_network()
        run_nft(f"add table inet {table_name(self._install)}\ndelete table inet {table_name(self._install)}\n")
        try:
            run_nft(f"delete table bridge {table_name(self._install)}\n")
        except PlaygroundError as exc:
            log.debug("no table of frames to remove: %s", exc)

    def _ensure_frames(self) -> None:
        """Where the kernel can match a bridge by name. Else icc=false and br_netfilter keep pods apart, unassisted."""
        if self._frames:
            try:
                run_nft(frames(self._install))
            except PlaygroundError as exc:
                self._frames = False
                log.info("no second rule for frames between pods on %s: %s", self._bridge, exc)


def table(install: str, host_ip: str) -> str:
    """The nftables transaction that replaces the install's table as a whole (nft(8)).

    Its hooks come before Docker's. A reject is final whatever Docker's rules say, an accept only ends this table.
    Packets a pod sends pass only as the reply direction of what somebody else began.
    """
    name, bridge = table_name(install), bridge_name(install)
    return f"""
add table inet {name}
delete table inet {name}
table inet {name} {{
    chain refused {{
        meta l4proto tcp reject with tcp reset
        reject with icmpx admin-prohibited
    }}
    chain prerouting {{
        # Engines before 28 rewrite packets from outside that name 127.0.0.1, so a loopback port would be open to a LAN.
        type filter hook prerouting priority raw; policy accept;
        iifname != "lo" ip daddr 127.0.0.0/8 drop
        iifname != "lo" ip6 daddr ::1 drop
    }}
    chain input {{
        type filter hook input priority filter - 10; policy accept;
        iifname != "{bridge}" accept
        ct direction reply ct state established,related accept
        goto refused
    }}
    chain forward {{
        type filter hook forward priority filter - 10; policy accept;
        iifname != "{bridge}" oifname != "{bridge}" accept
        iifname "{bridge}" ct direction reply ct state established,related accept
        iifname "{bridge}" goto refused
        ct state established,related accept
        {_opened(host_ip)}
        goto refused
    }}
}}
"""


def frames(install: str) -> str:
    """A second rule against frames from pod to pod, for a machine whose bridges do not show packets to `inet` tables.

    Priority 100 comes after br_netfilter, whose refusal is an answer while this is silence. ARP must pass for that.
    """
    return f"""
add table bridge {table_name(install)}
delete table bridge {table_name(install)}
table bridge {table_name(install)} {{
    chain forward {{
        type filter hook forward priority 100; policy accept;
        meta ibrname != "{bridge_name(install)}" accept
        ether type arp accept
        drop
    }}
}}
"""


def _opened(host_ip: str) -> str:
    """The rule that lets the outside in. IPv6 needs none: docker-proxy takes such connections and is the host."""
    address = ip_address(host_ip)
    if address.is_loopback or address.version != 4:
        return "# no address is opened to the outside"
    return f"ct status dnat ct original ip daddr {address} accept"
