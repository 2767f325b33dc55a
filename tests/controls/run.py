"""`python -m tests.controls.run [--quick] [NAME …]`: switches the web tier's controls off, one by one."""

from __future__ import annotations

import argparse
import sys

import pytest

from tests.controls.gate import Gate


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true", help="those whose tests take no second")
    asked.add_argument("names", nargs="*", help="a part of a control's name")
    given, more = asked.parse_known_args()
    return int(
        pytest.main(["-q", "--tb=short", *more, "tests/controls"], plugins=[Gate(given.names, quick=given.quick)])
    )


if __name__ == "__main__":
    sys.exit(main())
