"""Users, rights, limits and kernel settings, in the API server's words and order (pkg/apis/core/validation)."""

from __future__ import annotations

from typing import Any

import pytest

from .complaints import of_member, of_spec

IDS = "must be between 0 and 2147483647, inclusive"
NO_DEVICES = (
    "Forbidden: there are neither devices nor huge pages here; cpu, memory and ephemeral-storage can be asked for"
)


@pytest.mark.parametrize(
    ("resources", "told"),
    [
        ({"limits": {"cpu": "1"}, "requests": {"cpu": "1000m"}}, []),
        ({"limits": {"cpu": "0.5"}, "requests": {"cpu": "1000m"}},
         ['requests: Invalid value: "1": must be less than or equal to cpu limit of 500m']),
        ({"limits": {"memory": None}, "requests": {"memory": 1}},
         ['requests: Invalid value: "1": must be less than or equal to memory limit of 0']),
        ({"requests": {"memory": "-1Ki"}},
         ['requests[memory]: Invalid value: "-1Ki": must be greater than or equal to 0']),
        ({"limits": {"gpu": "1"}, "requests": {"gpu": "1"}}, [
            *('limits[gpu]: Invalid value: "gpu": ' + told for told in (
                "must be a standard resource type or fully qualified", "must be a standard resource for containers")),
            *('requests[gpu]: Invalid value: "gpu": ' + told for told in (
                "must be a standard resource type or fully qualified", "must be a standard resource for containers")),
         ]),
        ({"requests": {"storage": "1Gi"}},
         ['requests[storage]: Invalid value: "storage": must be a standard resource for containers']),
        ({"limits": {"example.com/gpu": 1}, "requests": {"example.com/gpu": 1}},
         [f"limits[example.com/gpu]: {NO_DEVICES}", f"requests[example.com/gpu]: {NO_DEVICES}"]),
        ({"requests": {"hugepages-2Mi": "2Mi"}}, [f"requests[hugepages-2Mi]: {NO_DEVICES}"]),
    ],
)  # fmt: skip
def test_resources(resources: dict[str, Any], told: list[str]) -> None:
    assert [line.removeprefix("resources.") for line in of_member(resources=resources)] == told


STRUCT = (
    '{"Capabilities":CAPS,"Privileged":PRIVILEGED,"SELinuxOptions":null,"WindowsOptions":null,"RunAsUser":null,'
    '"RunAsGroup":null,"RunAsNonRoot":null,"ReadOnlyRootFilesystem":null,"AllowPrivilegeEscalation":false,'
    '"ProcMount":null,"SeccompProfile":null,"AppArmorProfile":null}'
)


def struct(*, caps: str = "null", privileged: str = "null") -> str:
    return STRUCT.replace("CAPS", caps).replace("PRIVILEGED", privileged)


@pytest.mark.parametrize(
    ("context", "told"),
    [
        ({"runAsUser": -1, "runAsGroup": 2**31},
         [f".runAsUser: Invalid value: -1: {IDS}", f".runAsGroup: Invalid value: 2147483648: {IDS}"]),
        ({"procMount": "None"}, ['.procMount: Unsupported value: "None": supported values: "Default", "Unmasked"']),
        ({"procMount": "Unmasked"},
         ['.procMount: Invalid value: "Unmasked": `hostUsers` must be false to use `Unmasked`']),
        ({"allowPrivilegeEscalation": False, "privileged": True},
         [f": Invalid value: {struct(privileged='true')}: cannot set `allowPrivilegeEscalation` to false and "
          "`privileged` to true"]),
        ({"allowPrivilegeEscalation": False, "capabilities": {"add": ["CAP_SYS_ADMIN"]}},
         [': Invalid value: ' + struct(caps='{"Add":["CAP_SYS_ADMIN"],"Drop":null}') +
          ": cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"]),
        ({"seccompProfile": {}}, [".seccompProfile.type: Required value: type is required when seccompProfile is set"]),
        ({"seccompProfile": {"type": "Docker"}},
         ['.seccompProfile.type: Unsupported value: "Docker": supported values: "Localhost", "RuntimeDefault", '
          '"Unconfined"']),
        ({"seccompProfile": {"type": "Localhost"}},
         [".seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost"]),
        ({"seccompProfile": {"type": "Localhost", "localhostProfile": "../x"}},
         ['.seccompProfile.localhostProfile: Invalid value: "../x": must not contain \'..\'']),
        ({"seccompProfile": {"type": "Unconfined", "localhostProfile": "x"}},
         ['.seccompProfile.localhostProfile: Invalid value: {"Type":"Unconfined","LocalhostProfile":"x"}: '
          "can only be set when seccomp type is Localhost"]),
    ],
)  # fmt: skip
def test_a_members_rights(context: dict[str, Any], told: list[str]) -> None:
    assert [line.removeprefix("securityContext") for line in of_member(securityContext=context)] == told


@pytest.mark.parametrize(
    ("context", "told"),
    [
        ({"fsGroup": -1, "runAsUser": -1, "supplementalGroups": [0, -1]},
         [f".fsGroup: Invalid value: -1: {IDS}", f".runAsUser: Invalid value: -1: {IDS}",
          f".supplementalGroups[1]: Invalid value: -1: {IDS}"]),
        ({"fsGroupChangePolicy": "Never"},
         ['.fsGroupChangePolicy: Unsupported value: "Never": supported values: "Always", "OnRootMismatch"']),
        ({"supplementalGroupsPolicy": "Never"},
         ['.supplementalGroupsPolicy: Unsupported value: "Never": supported values: "Merge", "Strict"']),
        ({"sysctls": [{}, {"name": "A", "value": "1"}, {"name": "net/ipv4/x"}, {"name": "net/ipv4/x"}]},
         [".sysctls[0].name: Required value",
          '.sysctls[1].name: Invalid value: "A": must have at most 253 characters and match regex '
          r"^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$",
          '.sysctls[3].name: Duplicate value: "net/ipv4/x"']),
    ],
)  # fmt: skip
def test_a_pods_rights(context: dict[str, Any], told: list[str]) -> None:
    assert [line.removeprefix("securityContext") for line in of_spec(securityContext=context)] == told
