"""All controls of the web tier, in the order in which docs/controls.md has them."""

from __future__ import annotations

from tests.controls.browsers import BROWSERS
from tests.controls.control import Control
from tests.controls.people import SIGNING_IN
from tests.controls.pods import PODS
from tests.controls.previews import NODES, PREVIEWS
from tests.controls.requests import REQUESTS
from tests.controls.rights import RIGHTS

GROUPS: dict[str, tuple[Control, ...]] = {
    "A browser, and what others make it do": BROWSERS,
    "Signing in": SIGNING_IN,
    "Rights, and the audit trail": RIGHTS,
    "Requests": REQUESTS,
    "Pods: how many, how much, how long": PODS,
    "Previews": PREVIEWS,
    "From web to a node": NODES,
}
CONTROLS = tuple(control for controls in GROUPS.values() for control in controls)
