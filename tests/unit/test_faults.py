"""The fakes' faults, and the fake host: a crash before a call leaves no trace, one after it leaves the whole of it."""

from __future__ import annotations

import uuid

import pytest

from sandboxes.engine.faults import Crash, Faults
from sandboxes.errors import PlaygroundError
from sandboxes.host.fake import FakeHost
from sandboxes.host.port import Host, Wants
from sandboxes.spec.files import PodFiles

UID = uuid.UUID(int=7)


def test_the_fake_host_keeps_the_port_s_promises() -> None:
    fake = FakeHost()
    host: Host = fake
    assert not host.files(UID)
    host.make_files(UID, PodFiles())
    host.make_files(UID, PodFiles())
    host.fill_files(UID, hosts="172.20.0.3 web", resolver="")
    assert host.files(UID)
    assert host.list_files() == (UID,)
    targets = [mount.target for mount in host.mounts(UID, "web", 0, Wants((), "/dev/termination-log"))]
    assert targets == ["/etc/hosts", "/etc/resolv.conf", "/dev/termination-log"]
    host.lock_network(12, "abc")
    assert fake.locked == ["abc"]
    host.remove_files(UID)
    host.remove_files(UID)
    assert fake.written == {}


def test_the_fake_host_refuses_what_the_real_one_refuses() -> None:
    fake = FakeHost()
    with pytest.raises(PlaygroundError):
        fake.fill_files(UID, hosts="172.20.0.3 web", resolver="")
    fake.gone.add("abc")
    for pid, container in (0, "def"), (12, "abc"):
        with pytest.raises(PlaygroundError):
            fake.lock_network(pid, container)


def test_a_crash_before_a_call_leaves_no_trace_of_it() -> None:
    faults = Faults()
    fake = FakeHost(faults)
    faults.crash_before(2)
    fake.files(UID)
    with pytest.raises(Crash):
        fake.make_files(UID, PodFiles())
    assert fake.written == {}


def test_a_crash_after_a_call_leaves_the_whole_of_it() -> None:
    faults = Faults()
    fake = FakeHost(faults)
    faults.crash_after(1)
    with pytest.raises(Crash):
        fake.make_files(UID, PodFiles())
    assert fake.files(UID)
    assert faults.calls == ["make_files", "files"]


def test_a_failure_comes_as_often_as_it_was_told() -> None:
    faults = Faults()
    fake = FakeHost(faults)
    faults.fail("make_files", PlaygroundError("the disk is full"), times=2)
    for _ in range(2):
        with pytest.raises(PlaygroundError, match="full"):
            fake.make_files(UID, PodFiles())
    fake.make_files(UID, PodFiles())
    assert fake.files(UID)
    assert faults.count == 4


def test_forgotten_faults_do_not_come() -> None:
    faults = Faults()
    faults.crash_before(1)
    faults.fail("make_files", PlaygroundError())
    faults.forget()
    FakeHost(faults).make_files(UID, PodFiles())


def test_a_crash_is_not_caught_as_an_exception() -> None:
    assert not issubclass(Crash, Exception)
