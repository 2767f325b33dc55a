"""What keeps a container's text harmless in the browser. The tests are vitest's: each control is one passage of one
module that is another while they run.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass

from tests.stack import ROOT

FRONTEND = ROOT / "frontend"
ANSI, GUARDS, SHELLS, TEXT = "state/ansi", "views/terminal-guards", "state/shells", "state/text"
HARMLESS = "are shown nothing of and answered with nothing"


@dataclass(frozen=True)
class SiteControl:
    """`module`: below frontend/src/, without its ending. `test`: the file likewise, and what its full name contains."""

    name: str
    reference: str
    module: str
    said: str
    instead: str
    test: tuple[str, str]


SITE = (
    SiteControl(
        "a terminal obeys no operating system command", "W12", GUARDS, "...OPERATING.map((number)",
        "...[3000].map((number)", (GUARDS, f"operating system commands {HARMLESS}"),
    ),
    SiteControl(
        "a terminal answers nothing of the asker's choice", "W12", GUARDS, 'intermediates: "$", final: "q"',
        'intermediates: "$", final: "x"', (GUARDS, f"questions with DCS {HARMLESS}"),
    ),
    SiteControl(
        "a terminal that is drawn again answers no question again", "W12", GUARDS, "(question, isOld)",
        "(question, () => false)", (GUARDS, "not again when it is drawn again"),
    ),
    SiteControl(
        "a log's sequences are written out", "W12", ANSI, "if (!SILENT.has(final)) kept += whole;", "if (false) {}",
        (ANSI, "written out, never done a question to the terminal"),
    ),
    SiteControl(
        "what is no colour in a log is text", "W13", ANSI, "text: visible(kept)", "text: kept",
        (ANSI, "written out, never done"),
    ),
    SiteControl(
        "unseen characters are written out", "W13", TEXT, "text.replace(UNSEEN, named)", "text",
        ("state/sentences", "escape sequences, controls and direction marks are written out"),
    ),
    SiteControl(
        "only addresses of the web are followed", "W12", SHELLS, 'url.protocol === "https:"', "true",
        (SHELLS, "only http and https links of a container are followed"),
    ),
    SiteControl(
        "pasting many lines is asked about", "W12", SHELLS, "lines.length < MANY_LINES", "true",
        (SHELLS, "asks before many lines"),
    ),
    SiteControl(
        "pasting types no control character", "W12", SHELLS, 'pasted.replace(CONTROLS, "")', "pasted",
        (SHELLS, "types no control character"),
    ),
)  # fmt: skip


def told_by(control: SiteControl, *, is_off: bool) -> tuple[int, str]:
    """The exit code of the control's tests and what vitest said."""
    file, name = control.test
    passage = {
        "file": f"{control.module}.ts",
        "said": control.said,
        "instead": control.instead if is_off else control.said,
    }
    done = subprocess.run(
        ["npx", "vitest", "run", "--config", "vitest.controls.config.ts", f"src/{file}.test.ts", "-t", re.escape(name)],
        cwd=FRONTEND,
        env=os.environ | {"SWITCHED_OFF": json.dumps(passage), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
