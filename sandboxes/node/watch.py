"""The process of a node that does what lasts: starts its parts, starts a part again that broke, ends all on TERM.

Each part is a coroutine that runs until cancelled; a failure of one is its own. No part holds anything that a new
watch could not read again from the rows and the engine.
"""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import resource
import signal
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache, partial
from uuid import UUID

from channels.db import database_sync_to_async
from django.conf import settings

from sandboxes.engine.connect import connect, socket_path
from sandboxes.engine.naming import bridge_name
from sandboxes.engine.streams import DockerStreams, Streams
from sandboxes.errors import PlaygroundError
from sandboxes.host.node_host import NodeHost
from sandboxes.models import Pod
from sandboxes.node import api, events, listening
from sandboxes.node.acts import Acts
from sandboxes.node.asked import Asked
from sandboxes.node.audit import Audit
from sandboxes.node.builds import Builds
from sandboxes.node.catalogue import Catalogue
from sandboxes.node.copies import Copies, CopyApi
from sandboxes.node.door import Door
from sandboxes.node.executions import Executions
from sandboxes.node.heartbeat import Heartbeat, Size
from sandboxes.node.history import History, recorded_here
from sandboxes.node.inspections import InspectionApi, Inspections
from sandboxes.node.logs import Logs
from sandboxes.node.look import look
from sandboxes.node.machine import Machine, MachineApi
from sandboxes.node.network import Network
from sandboxes.node.passing import Passing
from sandboxes.node.pulls import Pulls
from sandboxes.node.recorder import Recorder
from sandboxes.node.recording_api import RecordingApi
from sandboxes.node.recordings import Recordings
from sandboxes.node.sampler import Sampler
from sandboxes.node.scans import Scans
from sandboxes.node.segments import Bounds
from sandboxes.node.shell_notes import ShellNotes
from sandboxes.node.terminal_api import TerminalApi
from sandboxes.node.terminals import Limits, Terminals
from sandboxes.node.timers import Timers
from sandboxes.node.tunnels import Addresses, TunnelApi, Tunnels, interface_of
from sandboxes.node.wakes import Waker
from sandboxes.node.wirings import WiringApi, Wirings

log = logging.getLogger(__name__)
# dockerd(8), --data-root: its default.
DOCKER_ROOT = "/var/lib/docker"
Part = Callable[[], Awaitable[None]]

# After a failure a part starts again after FIRST seconds, doubling to LONGEST; one that ran STEADY begins anew.
FIRST, LONGEST, STEADY = 0.2, 5.0, 30.0
# A thread in the middle of an engine call cannot be cancelled: past this the process ends with it.
END_WITHIN = 4.5


async def run(stop: asyncio.Event) -> None:
    """This node's watch, until `stop` is set."""
    node = settings.NODE_NAME
    streams: Streams = DockerStreams()
    kept = settings.STATE_DIR / "recordings", Bounds(settings.RECORDING_BYTES, settings.RECORDING_SECONDS)
    recorder, recordings = Recorder(*kept), Recordings(*kept)
    history = History(recorder, recordings)
    waker = Waker()
    builds = Builds(settings.STATE_DIR / "run" / "images")
    pulls = Pulls(streams, builds, most=settings.IMAGE_BYTES)
    sampler = Sampler(partial(look, connect), pulls=pulls.progress, recorder=recorder, passing=Passing())
    scans = Scans(settings.IMAGE_SCAN, seconds=settings.IMAGE_SCAN_SECONDS, wake=waker.wake)
    asked = Asked(streams, connect, NodeHost(settings.STATE_DIR, engine=socket_path()))
    timers = Timers(node, wake=waker.wake, doers=(pulls, scans, asked), news=history.news)
    catalogue = Catalogue(streams, node, hidden=frozenset({settings.PAUSE_IMAGE}), pulls=pulls, wake=waker.wake)
    pulls.changed = builds.changed = catalogue.changed
    heart = Heartbeat(node, _size(), engine=connect, network=network)
    door = Door(settings.NODE_KEY, database_sync_to_async(owns))
    limits = Limits(settings.TERMINAL_KEPT, settings.TERMINAL_MAX_PER_POD, settings.TERMINAL_MAX_PER_USER)
    notes = ShellNotes(recorder.note)
    terminals = Terminals(streams, connect, settings.INSTALL, limits)
    terminals.wrote = notes.wrote
    served = api.NodeApi(door, sampler, Logs(streams, connect), Executions(streams, connect), Acts(connect))
    served.add(TerminalApi(door, terminals).routes)
    served.add(InspectionApi(door, Inspections(partial(look, connect))).routes)
    served.add(WiringApi(door, Wirings(settings.INSTALL, partial(look, connect))).routes)
    machine = Machine(node, settings.INSTALL, connect, root=_disk(), most_pods=settings.NODE_MAX_PODS)
    served.add(MachineApi(door, machine).routes)
    served.add(CopyApi(door, Copies(streams, connect)).routes)
    addresses = Addresses(connect, partial(interface_of, bridge_name(settings.INSTALL)))
    served.add(TunnelApi(door, Tunnels(addresses.of, sampler)).routes)
    recorded = Door(settings.NODE_KEY, database_sync_to_async(recorded_here))
    served.add(RecordingApi(recorded, recordings).routes)
    audit = Audit(connect, settings.STATE_DIR / "pods", pause_image=settings.PAUSE_IMAGE, host_ip=settings.HOST_IP)
    told = events.Listeners(waker.wake, sampler.poke, (history.event, audit.event))
    parts: dict[str, Part] = {
        "wakes": waker.run,
        "engine": heart.ask_engine,
        "network": heart.check_network,
        "heartbeat": heart.beat,
        "events": partial(events.follow, streams, settings.INSTALL, node, told),
        "audit": audit.keep,
        "statuses": history.note_statuses,
        "recordings": history.keep_clean,
        "nudges": timers.listen,
        "rows": timers.keep_reading,
        "builds": builds.follow,
        "images": catalogue.keep_reading,
        "image events": catalogue.follow,
        "terminals": terminals.keep,
        "shells' notes": notes.keep,
        "api": partial(listening.serve, served.app, settings.NODE_SOCKET, settings.WEB_GROUP),
    }
    await supervise(parts, stop)
    timers.close()
    await pulls.close()
    await scans.close()
    await asked.close()
    sampler.close()
    recorder.close()


async def supervise(parts: Mapping[str, Part], stop: asyncio.Event) -> None:
    """All parts at once until `stop` is set; then all are cancelled and waited for."""
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(_again(name, part), name=name) for name, part in parts.items()]
        await stop.wait()
        for task in running:
            task.cancel()


async def _again(name: str, part: Part) -> None:
    loop = asyncio.get_running_loop()
    pause = FIRST
    while True:
        started = loop.time()
        try:
            await part()
        except PlaygroundError as exc:
            log.warning("%s: %s", name, exc)
        except Exception:  # the loop's top: whatever it was, the other parts go on and this one comes back
            log.exception("%s broke", name)
        if loop.time() - started > STEADY:
            pause = FIRST
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST)


async def main() -> None:
    """`run` with the signals and the open files of a process of its own."""
    _allow_open_files()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _end, stop)
    await run(stop)


def _allow_open_files() -> None:
    """As many as the process may have: of each watched pod some are held open, and the usual soft limit is 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError) as exc:
        log.warning("no more than %d open files: %s", soft, exc)


def _size() -> Size:
    most = settings.NODE_MAX_PODS, settings.NODE_MAX_CPU, settings.NODE_MAX_MEMORY
    return Size(settings.MACHINE_CPU, settings.MACHINE_MEMORY, *most)


def _disk() -> str:
    """Where images and containers are kept, as far as this process sees it; else the state directory."""
    return DOCKER_ROOT if os.path.isdir(DOCKER_ROOT) else str(settings.STATE_DIR)


def _end(stop: asyncio.Event) -> None:
    log.info("ending")
    # Says where every thread stands, and exits.
    faulthandler.dump_traceback_later(END_WITHIN, exit=True)
    stop.set()


@lru_cache(maxsize=1)
def network() -> Network:
    """The node's network, one for the process. Raises EngineUnavailable."""
    return Network(
        settings.INSTALL,
        connect(),
        NodeHost(settings.STATE_DIR),
        host_ip=settings.HOST_IP,
        pause_image=settings.PAUSE_IMAGE,
    )


def owns(uid: UUID) -> bool:
    """The pod is this node's, and not finished."""
    return Pod.objects.filter(uid=uid, node_id=settings.NODE_NAME, finished_at=None).exists()
