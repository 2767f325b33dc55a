"""What Go calls the types of the API (k8s.io/api/core/v1), for the words of its decoder.

PURE. Our own shapes have the names of what they are; Go's are only needed where a wrong type is told.
"""

from __future__ import annotations

# Our shape → Go's type. Where one shape of ours is two of Go's, the field that holds it decides.
STRUCTS = {
    "ConfigMapVolume": "ConfigMapVolumeSource",
    "DNSConfig": "PodDNSConfig",
    "DNSConfigOption": "PodDNSConfigOption",
    "DownwardFile": "DownwardAPIVolumeFile",
    "DownwardProjection": "DownwardAPIProjection",
    "DownwardVolume": "DownwardAPIVolumeSource",
    "EmptyDir": "EmptyDirVolumeSource",
    "ObjectFieldRef": "ObjectFieldSelector",
    "ProjectedVolume": "ProjectedVolumeSource",
    "Projection": "VolumeProjection",
    "PullSecret": "LocalObjectReference",
    "ReadinessGate": "PodReadinessGate",
    "ResourceFieldRef": "ResourceFieldSelector",
    "SecretVolume": "SecretVolumeSource",
}
BY_FIELD = {
    "configMapKeyRef": "ConfigMapKeySelector",
    "secretKeyRef": "SecretKeySelector",
    "configMapRef": "ConfigMapEnvSource",
    "secretRef": "SecretEnvSource",
}
# Texts that have a type of their own in Go, by Go's struct and the field's name.
TEXTS = {
    ("Capabilities", "add"): "v1.Capability",
    ("Capabilities", "drop"): "v1.Capability",
    ("Container", "restartPolicy"): "v1.ContainerRestartPolicy",
    ("ConfigMap", "binaryData"): "[]uint8",
    ("ContainerPort", "protocol"): "v1.Protocol",
    ("EmptyDirVolumeSource", "medium"): "v1.StorageMedium",
    ("HTTPGetAction", "scheme"): "v1.URIScheme",
    ("PodReadinessGate", "conditionType"): "v1.PodConditionType",
    ("PodSecurityContext", "fsGroupChangePolicy"): "v1.PodFSGroupChangePolicy",
    ("PodSecurityContext", "supplementalGroupsPolicy"): "v1.SupplementalGroupsPolicy",
    ("PodSpec", "dnsPolicy"): "v1.DNSPolicy",
    ("PodSpec", "restartPolicy"): "v1.RestartPolicy",
    ("SeccompProfile", "type"): "v1.SeccompProfileType",
    ("Secret", "data"): "[]uint8",
    ("Secret", "type"): "v1.SecretType",
    ("SecurityContext", "procMount"): "v1.ProcMountType",
} | {
    (member, field): kind
    for member in ("Container", "EphemeralContainer")
    for field, kind in (
        ("imagePullPolicy", "v1.PullPolicy"),
        ("terminationMessagePolicy", "v1.TerminationMessagePolicy"),
    )
}
MAPS = {
    ("ConfigMap", "binaryData"): "map[string][]uint8",
    ("ResourceRequirements", "limits"): "v1.ResourceList",
    ("ResourceRequirements", "requests"): "v1.ResourceList",
    ("Secret", "data"): "map[string][]uint8",
}


def struct(shape: str, field: str) -> str:
    """Go's name of our shape, held by the field of that name."""
    return BY_FIELD.get(field) or STRUCTS.get(shape, shape)
