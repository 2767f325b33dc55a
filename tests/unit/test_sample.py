"""What `./play up` prints of its sample pod."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from sandboxes import wire
from sandboxes.management.commands.sample import described, waiting
from sandboxes.models import Pod
from sandboxes.wire_message import Message

Shape = TypeVar("Shape", bound=Message)


def part(shape: type[Shape], **told: Any) -> Shape:
    """A message with only what the terminal shows."""
    return cast("Shape", shape.model_construct(**told))


def process(member: str, pid: int, ppid: int, user: str, cmd: str) -> wire.Process:
    return part(wire.Process, member=member, pid=pid, ppid=ppid, host_pid=pid + 900, user=user, cmd=cmd)


def hostname(member: str, name: str) -> wire.HostnameView:
    return part(wire.HostnameView, member=member, hostname=name)


def sample(*hostnames: wire.HostnameView) -> wire.Sample:
    address = wire.Address(family="inet", address="172.18.0.4", prefix=16)
    eth0 = part(wire.Interface, name="eth0", addresses=(address,))
    return part(
        wire.Sample,
        processes=(
            process("web", 10, 0, "root", "nginx: master process"),
            process("", 1, 0, "65535", "/pause"),
            process("toolbox", 7, 0, "root", "sleep infinity"),
        ),
        hostnames=hostnames,
        network=part(wire.NetworkView, interfaces=(eth0,)),
    )


def test_processes_stand_by_pid_under_their_columns_and_the_rest_below() -> None:
    told = list(described(sample(*(hostname(member, "sample") for member in ("", "web", "toolbox")))))
    assert told == [
        "  MEMBER   PID  PPID  USER   COMMAND",
        "  pause      1     0  65535  /pause",
        "  toolbox    7     0  root   sleep infinity",
        "  web       10     0  root   nginx: master process",
        "",
        "  hostname   sample  in pause, web and toolbox",
        "  addresses  eth0 172.18.0.4/16  the same for all of them",
    ]


def test_a_member_that_names_its_host_otherwise_has_a_line_of_its_own() -> None:
    told = list(described(sample(hostname("", "sample"), hostname("web", "sample"), hostname("toolbox", "other"))))
    assert "  hostname   sample  in pause and web" in told
    assert "  hostname   other  in toolbox" in told


def status(**told: Any) -> Pod:
    return Pod(status=told)


def test_what_it_waits_for_is_said_in_the_words_of_its_status() -> None:
    member = {"name": "web", "state": {"waiting": {"reason": "ErrImagePull", "message": "no such host"}}}
    assert waiting(status(phase="Pending", containerStatuses=[member])) == "web: ErrImagePull no such host"
    condition = {"type": "PodScheduled", "message": "no node is ready"}
    assert waiting(status(phase="Pending", conditions=[condition])) == "no node is ready"
    assert waiting(status(phase="Pending")) == "phase Pending"
    assert waiting(status()) == "phase unknown"
