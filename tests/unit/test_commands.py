"""The commands that make a pod by hand say what the engine's own bodies say."""

from __future__ import annotations

from sandboxes.commands import WIDTH, Command, commands
from sandboxes.policy import BASELINE, PRIVATE_IPC, Basis
from sandboxes.spec.models import Container, ContainerPort, ObjectMeta, Pod, PodSpec


def made(*members: Container, share: bool | None = None, host_ip: str = "127.0.0.1") -> tuple[Command, ...]:
    pod = Pod(metadata=ObjectMeta(name="demo"), spec=PodSpec(containers=members, share_process_namespace=share))
    return commands(Basis(pod, BASELINE, "hash"), pause_image="pause:1", host_ip=host_ip)


def value(command: Command, option: str) -> str:
    return command.words[command.words.index(option) + 1]


WEB = Container(name="web", image="nginx", ports=(ContainerPort(container_port=80, host_port=8080, protocol="TCP"),))


def test_a_network_pause_each_member_and_the_way_back() -> None:
    told = made(WEB, Container(name="box", image="busybox"))
    assert [command.words[1] for command in told] == ["network", "run", "run", "run", "rm", "network"]
    assert told[4].words[-3:] == ("demo-web", "demo-box", "demo_pause")
    assert told[5].words == ("docker", "network", "rm", "demo")


def test_ports_and_the_hostname_are_said_on_pause_alone() -> None:
    _, pause, web, *_ = made(WEB)
    assert value(pause, "--publish") == "127.0.0.1:8080:80/tcp"
    assert value(pause, "--hostname") == "demo"
    assert not {"--publish", "--hostname", "--dns"} & set(web.words)


def test_an_ipv6_address_stands_in_brackets() -> None:
    assert value(made(WEB, host_ip="::1")[1], "--publish") == "[::1]:8080:80/tcp"


def test_members_join_pauses_network_and_ipc_and_its_pids_when_they_are_shared() -> None:
    for share in (True, False, None):
        member = made(WEB, share=share)[2]
        assert value(member, "--network") == value(member, "--ipc") == "container:demo_pause"
        assert ("--pid" in member.words) is (share is True)


def test_a_member_with_ipc_of_its_own_has_as_much_shared_memory_as_pause() -> None:
    metadata = ObjectMeta(name="demo", annotations={PRIVATE_IPC: "private"})
    pod = Pod(metadata=metadata, spec=PodSpec(containers=(WEB,)))
    _, pause, web, *_ = commands(Basis(pod, BASELINE, "hash"), pause_image="pause:1", host_ip="127.0.0.1")
    assert (value(web, "--ipc"), value(web, "--shm-size")) == ("private", value(pause, "--shm-size"))


def test_a_command_replaces_the_entrypoint_and_arguments_alone_do_not() -> None:
    both = made(Container(name="a", image="i", command=("sh", "-c"), args=("echo $HOME",)))[2]
    assert value(both, "--entrypoint") == "sh"
    assert both.words[-3:] == ("i", "-c", "echo $HOME")
    args = made(Container(name="a", image="i", args=("x",)))[2]
    assert "--entrypoint" not in args.words
    assert args.words[-2:] == ("i", "x")


def test_lines_are_short_where_words_are() -> None:
    for command in made(WEB):
        assert all(len(line) <= WIDTH + 2 for line in command.line.splitlines()), command.line
