"""The preview domain: which ones refuse to boot."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def boots(**settings: str) -> str:
    """What a process that reads the settings says of them at its end, "" when they are good."""
    env = os.environ | {f"PLAYGROUND_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-c", "import playground.settings"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=100)
    assert (done.returncode == 0) == (done.stderr == "")
    return done.stderr.strip().rpartition("\n")[2]


@pytest.mark.parametrize(
    "domain", ["", "two words", "under_score.example", "-x.example", "x.example:8000", "*.example"]
)
def test_what_is_no_domain_is_refused(domain: str) -> None:
    assert "PLAYGROUND_PREVIEW_DOMAIN must be a domain name" in boots(PREVIEW_DOMAIN=domain)


def test_a_domain_that_holds_the_portals_own_name_is_refused() -> None:
    for domain, host in (
        ("portal.example", "portal.example"),
        ("example", "portal.example"),
        ("localhost", "localhost"),
    ):
        assert "PLAYGROUND_PREVIEW_DOMAIN must not hold a name" in boots(PREVIEW_DOMAIN=domain, HOSTS=host)


def test_a_domain_beside_the_portals_is_good() -> None:
    assert boots(PREVIEW_DOMAIN="Previews.example", HOSTS="portal.example,.localhost") == ""
