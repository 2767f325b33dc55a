"""Where a container's cgroup is, in version 1, version 2 and both."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sandboxes.host.cgroup import container_path, in_container
from sandboxes.node.readers.cgroups import Cgroup, Hierarchy, controller_folders, cpu_account, parse_hierarchies
from sandboxes.node.readers.procfs import longest_cmdline

ID = "5bb7d5849757a6c555bb8a5cc2ffee438b05f32dee35d27f27931a68ef634a6a"
V1 = (
    "30 24 0:26 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
    "31 24 0:27 / /sys/fs/cgroup/systemd rw,relatime shared:9 - cgroup cgroup rw,xattr,name=systemd\n"
)
V2 = "32 24 0:28 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate\n"


def container_folder(cgroup: str, container_id: str, hierarchies: tuple[Hierarchy, ...]) -> str:
    return next(iter(controller_folders(cgroup, container_id, hierarchies).values()), "")


def test_mounts_of_both_versions_are_found() -> None:
    assert parse_hierarchies("1 2 0:3 / / rw - ext4 /dev/vda rw\n" + V1 + V2) == (
        Hierarchy("/sys/fs/cgroup/memory", "/", frozenset({"rw", "memory"})),
        Hierarchy("/sys/fs/cgroup/systemd", "/", frozenset({"rw", "xattr", "name=systemd"})),
        Hierarchy("/sys/fs/cgroup/unified", "/", frozenset()),
    )


def test_version_1_is_found_by_its_controller() -> None:
    text = f"4:memory:/docker/{ID}\n0::/\n"
    assert container_folder(text, ID, parse_hierarchies(V1 + V2)) == f"/sys/fs/cgroup/memory/docker/{ID}"


def test_version_2_is_found_and_a_child_of_the_containers_cgroup_is_not_mistaken_for_it() -> None:
    text = f"0::/system.slice/docker-{ID}.scope/init.scope\n"
    expected = f"/sys/fs/cgroup/unified/system.slice/docker-{ID}.scope"
    assert container_folder(text, ID, parse_hierarchies(V2)) == expected


def test_a_mount_that_shows_a_part_of_the_tree_is_taken_from_its_root() -> None:
    mounts = (Hierarchy("/sys/fs/cgroup", "/docker", frozenset()), Hierarchy("/mnt", "/dock", frozenset()))
    assert container_folder(f"0::/docker/{ID}\n", ID, mounts) == f"/sys/fs/cgroup/{ID}"
    assert container_folder(f"0::/other/{ID}\n", ID, mounts) == ""


def test_a_process_of_another_container_is_in_none() -> None:
    assert container_folder("4:memory:/docker/0123456789abcdef\n0::/\n", ID, parse_hierarchies(V1 + V2)) == ""
    assert container_path("/docker/anything", "") == ""


def test_a_process_is_in_a_container_that_any_hierarchy_names() -> None:
    assert in_container(f"4:memory:/\n0::/system.slice/docker-{ID}.scope/init.scope\n", ID)
    assert not in_container("4:memory:/docker/0123456789abcdef\n0::/\n", ID)
    assert not in_container("", ID)


def test_an_id_too_short_to_be_one_names_nothing() -> None:
    assert not in_container(f"0::/docker/{ID}\n", "5bb7")
    assert not in_container(f"4:{ID}:/\n", ID), "the name of a hierarchy is no path"


def test_the_account_of_the_cpu_is_found_in_both_versions() -> None:
    assert cpu_account({"memory": "/m/x", "cpuacct": "/c/x", "": "/u/x"}) == "/c/x/cpuacct.usage"
    assert cpu_account({"": "/u/x"}) == "/u/x/cpu.stat"
    assert cpu_account({"memory": "/m/x"}) == ""


def test_a_cgroup_has_run_when_its_account_grew_and_where_there_is_none(tmp_path: Path) -> None:
    account = tmp_path / "cpuacct.usage"
    account.write_text("100\n")
    known, unknown = Cgroup(str(tmp_path), str(account)), Cgroup(str(tmp_path), str(tmp_path / "none"))
    assert known.ran() and not known.ran()
    account.write_text("101\n")
    assert known.ran() and not known.ran()
    assert unknown.ran() and unknown.ran()
    known.close()
    unknown.close()


@given(st.integers(0, 5000))
def test_command_lines_get_shorter_in_a_crowd_but_never_vanish(processes: int) -> None:
    longest = longest_cmdline(processes)
    assert 32 <= longest <= 4096
    assert longest * processes <= 256 * 1024 or processes <= 64
