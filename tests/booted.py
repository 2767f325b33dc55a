"""What the service is when it boots with other variables: its settings, and the web server of scripts/process."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any
from unittest import mock

import uvicorn

from tests.stack import ROOT

SETTINGS, PROCESS = ROOT / "playground" / "settings.py", ROOT / "scripts" / "process"
# Stands where the interpreter would be, and says what it was to run.
TELLS = "#!/bin/sh\nprintf '%s\\n' \"$@\"\n"


def source(path: Path) -> str:
    """What is booted: the file as it is."""
    return path.read_text()


def settings_with(**variables: str) -> dict[str, Any]:
    """playground/settings.py, read with those PLAYGROUND_ variables."""
    found: dict[str, Any] = {"__file__": str(SETTINGS), "__name__": "playground.settings"}
    with mock.patch.dict(os.environ, {f"PLAYGROUND_{name}": value for name, value in variables.items()}):
        exec(compile(source(SETTINGS), str(SETTINGS), "exec"), found)
    return found


def web_options(folder: Path) -> dict[str, Any]:
    """The options that `scripts/process web` gives uvicorn, by the names of uvicorn.Config; tried out in `folder`."""
    script, python = folder / "scripts" / "process", folder / ".venv" / "bin" / "python"
    for path, text in ((script, source(PROCESS)), (python, TELLS)):
        path.parent.mkdir(parents=True)
        path.write_text(text)
        path.chmod(0o755)
    told = subprocess.run([script, "web"], capture_output=True, text=True, check=True, timeout=100).stdout.splitlines()
    assert told[:3] == ["-m", "uvicorn", "playground.asgi:application"]
    asked = uvicorn.main.make_context("uvicorn", told[2:]).params
    given = {"ws", "ws_max_size", "ws_max_queue", "lifespan", "server_header", "proxy_headers", "forwarded_allow_ips"}
    return {name: value for name, value in asked.items() if name in given}
