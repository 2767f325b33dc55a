"""What cgroups, status and mountinfo say, from texts as kernels write them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.node.readers.limits import blkio, io, number, pairs, shares_of, version_1, version_2
from sandboxes.node.readers.mounts import MOST, parse_mounts
from sandboxes.node.readers.rights import CAPABILITIES, capabilities, id_map, rights
from sandboxes.spec.containers import Container, EnvFromSource, EnvVar, EnvVarSource, SourceRef
from sandboxes.spec.hidden import hidden_variables
from sandboxes.spec.shape import KeyRef

V1 = {
    "cpu.cfs_quota_us": "50000\n",
    "cpu.cfs_period_us": "100000\n",
    "cpu.shares": "512\n",
    "cpu.stat": "nr_periods 120\nnr_throttled 30\nthrottled_time 2500000\n",
    "cpuacct.usage": "7000000\n",
    "memory.limit_in_bytes": "67108864\n",
    "memory.memsw.limit_in_bytes": "67108864\n",
    "memory.usage_in_bytes": "1048576\n",
    "memory.max_usage_in_bytes": "2097152\n",
    "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
    "pids.max": "256\n",
    "pids.current": "3\n",
    "blkio.throttle.io_service_bytes": "8:0 Read 4096\n8:0 Write 100\n8:16 Read 4\n8:16 Write 1\nTotal 4201\n",
}
V2 = {
    "cpu.max": "50000 100000\n",
    "cpu.weight": "20\n",
    "cpu.stat": "usage_usec 7000\nnr_periods 120\nnr_throttled 30\nthrottled_usec 2500\n",
    "memory.max": "67108864\n",
    "memory.swap.max": "0\n",
    "memory.current": "1048576\n",
    "memory.peak": "2097152\n",
    "memory.events": "low 0\noom 1\noom_kill 1\n",
    "pids.max": "256\n",
    "pids.current": "3\n",
    "io.stat": "8:0 rbytes=4096 wbytes=100 rios=1\n8:16 rbytes=4 wbytes=1\n",
}


@pytest.mark.parametrize(("read", "files"), [(version_1, V1), (version_2, V2)])
def test_both_versions_say_the_same_of_the_same_container(read: Any, files: dict[str, str]) -> None:
    limits, usage = read(files.get)
    assert (limits.cpus, limits.memory, limits.swap, limits.pids) == (0.5, 64 * 2**20, 0, 256)
    assert (usage.cpu_us, usage.periods, usage.throttled, usage.throttled_us) == (7000, 120, 30, 2500)
    assert (usage.memory, usage.memory_peak, usage.pids, usage.oom_kills) == (2**20, 2**21, 3, 1)
    assert (usage.io_read, usage.io_written) == (4100, 101)


def test_no_limit_and_no_file_are_none() -> None:
    files = {"cpu.cfs_quota_us": "-1", "cpu.cfs_period_us": "100000", "memory.limit_in_bytes": "9223372036854771712"}
    limits, usage = version_1((files | {"pids.max": "max"}).get)
    assert (limits.cpus, limits.memory, limits.swap, limits.pids, usage.memory) == (None, None, None, None, None)
    limits, _ = version_2({"cpu.max": "max 100000", "memory.max": "max"}.get)
    assert (limits.cpus, limits.memory) == (None, None)


def test_weights_are_told_as_the_shares_that_a_runtime_makes_them_of() -> None:
    assert [shares_of(weight) for weight in (1, 20, 39, 10000)] == [2, 500, 998, 262144]


@given(st.text())
def test_no_text_of_a_cgroup_breaks_its_reader(text: str) -> None:
    for read in (number, pairs, blkio, io):
        read(text)
    version_1(lambda _: text)
    version_2(lambda _: text)


STATUS = """Name:\tsleep
Uid:\t1000\t100001\t1000\t1000
Gid:\t1000\t100002\t1000\t1000
Groups:\t100002 100010 5
NoNewPrivs:\t1
Seccomp:\t2
Seccomp_filters:\t1
CapInh:\t0000000000000000
CapPrm:\t00000000a80425fb
CapEff:\t00000000a80425fb
CapBnd:\t00000000a80425fb
CapAmb:\t0000000000000000
"""


def test_rights_are_those_that_the_process_sees() -> None:
    found = rights(STATUS, "0 100000 65536\n", "0 100000 65536\n")
    assert (found.uid, found.gid, found.groups) == (1, 2, (2, 10, 65534))
    assert (found.seccomp, found.filters, found.no_new_privileges) == (2, 1, True)
    assert found.capabilities.effective == (
        "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "NET_BIND_SERVICE",
        "NET_RAW", "SYS_CHROOT", "MKNOD", "AUDIT_WRITE", "SETFCAP",
    )  # fmt: skip
    assert found.capabilities.ambient == ()
    assert id_map("0 0 4294967295\n")[0].count == 4294967295


def test_a_kernel_that_says_less_leaves_it_unknown_and_no_status_is_an_error() -> None:
    short = "\n".join(line for line in STATUS.splitlines() if not line.startswith(("Seccomp", "NoNew")))
    found = rights(short, "0 0 10", "0 0 10")
    assert (found.seccomp, found.filters, found.no_new_privileges) == (None, None, None)
    for text in ("", "Uid:\t1\n", "Name:\tx"):
        with pytest.raises(ValueError, match="no status"):
            rights(text, "", "")


@given(st.integers(0, 2**64 - 1))
def test_a_mask_has_as_many_names_as_bits(mask: int) -> None:
    names = capabilities(f"{mask:016x}")
    assert len(names) == mask.bit_count()
    assert len(set(names)) == len(names)
    assert set(CAPABILITIES) >= {name for name in names if not name.isdigit()}


MOUNTS = rb"""900 800 0:50 / / rw,relatime - overlay overlay rw,lowerdir=/var/lib/x,upperdir=/u,workdir=/w
901 900 0:51 / /proc rw,nosuid - proc proc rw
902 900 0:52 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
903 902 0:53 / /dev/shm rw - tmpfs shm rw,size=65536k
904 900 8:1 /state/pods/1234/volumes/data/sub /data/a\040b ro,relatime - ext4 /dev/sda1 rw
905 900 8:1 /state/pods/1234/hosts /etc/hosts rw,relatime - ext4 /dev/sda1 rw
906 901 0:52 /null /proc/kcore rw,nosuid - tmpfs tmpfs rw
907 900 0:60 / /data ro - tmpfs tmpfs rw
908 907 0:61 / /data/in rw - tmpfs tmpfs rw
909 902 0:62 / /dev/shm rw - tmpfs shm rw
not a line at all
"""


def test_mounts_are_told_with_their_kind_and_who_hides_them_and_without_the_nodes_paths() -> None:
    found = {(mount.point, mount.type): mount for mount in parse_mounts(MOUNTS)}
    assert found["/", "overlay"].options == ("relatime",)
    volume = found["/data/a b", "ext4"]
    assert (volume.source, volume.read_only, volume.hidden) == ("volume data, sub", True, "/data")
    assert found["/etc/hosts", "ext4"].source == "the pod's hosts"
    assert found["/proc/kcore", "tmpfs"].source == "the empty device, to hide what is there"
    assert found["/data/in", "tmpfs"].hidden == ""
    shms = [mount.hidden for mount in parse_mounts(MOUNTS) if mount.point == "/dev/shm"]
    assert shms == ["/dev/shm", ""]
    assert "/state" not in str(parse_mounts(MOUNTS))


@given(st.lists(st.one_of(st.binary(max_size=60), st.sampled_from(MOUNTS.splitlines())), max_size=300))
def test_no_mountinfo_breaks_its_reader(lines: list[bytes]) -> None:
    assert len(parse_mounts(b"\n".join(lines))) <= MOST


def test_what_a_secret_holds_is_hidden_and_what_is_made_of_it_too() -> None:
    def secret(key: str) -> EnvVarSource:
        return EnvVarSource(secret_key_ref=KeyRef(name="s", key=key))

    container = Container(
        env_from=(EnvFromSource(prefix="p_", secret_ref=SourceRef(name="s")),),
        env=(
            EnvVar(name="PLAIN", value="x"),
            EnvVar(name="PASSWORD", value_from=secret("a")),
            EnvVar(name="URL", value="db://me:$(PASSWORD)@db"),
            EnvVar(name="p_b", value="my own"),
        ),
    )
    assert hidden_variables(container, {"s": {"a", "b"}}) == {"p_a", "PASSWORD", "URL"}
