"""Fields of Kubernetes that the playground does not take, and what comes closest to each.

PURE. Keyed by (shape, field). What is not here and not in `models.py` is unknown to Kubernetes too, or of no use on one
node.
"""

from __future__ import annotations

_NET = "the network namespace is always the pod's own; publish a port with hostPort"
_HOST = "a pod never shares the machine's; shareProcessNamespace shares pause's among its members"
_NODE = "there is one node, and nothing to choose"
_VOLUME = "emptyDir, configMap, secret, downwardAPI and projected are what there is"
_PROPAGATION = "mounts are always private; leave it out"
_LABELS = "the engine's own profile is always on; leave it out"

CLOSEST: dict[tuple[str, str], str] = {
    ("PodSpec", "hostNetwork"): _NET,
    ("PodSpec", "hostPID"): _HOST,
    ("PodSpec", "hostIPC"): _HOST,
    ("PodSpec", "hostUsers"): "user namespaces are a setting of the whole Docker engine; leave it out",
    ("PodSpec", "nodeName"): _NODE,
    ("PodSpec", "nodeSelector"): _NODE,
    ("PodSpec", "affinity"): _NODE,
    ("PodSpec", "topologySpreadConstraints"): _NODE,
    ("PodSpec", "runtimeClassName"): "the runtime is the engine's",
    ("PodSpec", "overhead"): "limits are set for each member: resources.limits",
    ("PodSpec", "resources"): "limits are set for each member: resources.limits",
    ("PodSpec", "resourceClaims"): "there are no devices to claim",
    ("PodSpec", "schedulingGates"): "create the pod when it is to run",
    ("PodSpec", "hostnameOverride"): "use hostname",
    ("PodSpec", "os"): "every node is Linux",
    ("Container", "volumeDevices"): _VOLUME,
    ("EphemeralContainer", "ports"): "a debug member reaches every port of the pod on localhost already",
    ("EphemeralContainer", "resources"): "a debug member has the profile's limits",
    ("EphemeralContainer", "lifecycle"): "a debug member has no hooks",
    ("EphemeralContainer", "livenessProbe"): "a debug member has no probes",
    ("EphemeralContainer", "readinessProbe"): "a debug member has no probes",
    ("EphemeralContainer", "startupProbe"): "a debug member has no probes",
    ("EphemeralContainer", "restartPolicy"): "a debug member is never started again",
    ("EphemeralContainer", "volumeDevices"): _VOLUME,
    ("VolumeMount", "mountPropagation"): _PROPAGATION,
    ("VolumeMount", "recursiveReadOnly"): "use readOnly",
    ("SecurityContext", "seLinuxOptions"): _LABELS,
    ("SecurityContext", "appArmorProfile"): _LABELS,
    ("SecurityContext", "windowsOptions"): "every node is Linux",
    ("PodSecurityContext", "seLinuxOptions"): _LABELS,
    ("PodSecurityContext", "seLinuxChangePolicy"): _LABELS,
    ("PodSecurityContext", "appArmorProfile"): _LABELS,
    ("PodSecurityContext", "windowsOptions"): "every node is Linux",
    ("ResourceRequirements", "claims"): "there are no devices to claim",
    ("EnvVarSource", "fileKeyRef"): "use configMapKeyRef",
    ("ObjectMeta", "finalizers"): "a deletion waits for nothing but a pod's grace period",
    ("ObjectMeta", "ownerReferences"): "an object belongs to its namespace and goes with nothing else",
} | {
    ("Volume", kind): f"{_VOLUME}"
    for kind in (
        "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "ephemeral", "fc", "flexVolume",
        "flocker", "gcePersistentDisk", "gitRepo", "glusterfs", "hostPath", "image", "iscsi", "nfs",
        "persistentVolumeClaim", "photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO", "storageos",
        "vsphereVolume",
    )
} | {
    ("Projection", kind): "configMap, secret and downwardAPI can be projected"
    for kind in ("serviceAccountToken", "clusterTrustBundle", "podCertificate")
}  # fmt: skip

# What says what is so anyway, and so is taken. Of all other fields false and empty say nothing.
AS_IT_IS: dict[tuple[str, str], object] = {
    ("PodSpec", "hostUsers"): True,
    ("PodSpec", "os"): {"name": "linux"},
    ("VolumeMount", "mountPropagation"): "None",
    ("VolumeMount", "recursiveReadOnly"): "Disabled",
}
# Where a field is there it is a wish, empty or not: `hostPath: {}`.
KINDS = frozenset({"Volume", "Projection"})

# What a real API server takes and drops, or fills in by itself and means nothing on one node: taken, and not kept.
DROPPED = frozenset({
    ("Lifecycle", "stopSignal"),
    ("Container", "restartPolicyRules"),
    ("Container", "resizePolicy"),
    ("PodSpec", "schedulerName"),
    ("PodSpec", "serviceAccount"),
    ("PodSpec", "serviceAccountName"),
    ("PodSpec", "tolerations"),
    ("PodSpec", "priority"),
    ("PodSpec", "priorityClassName"),
    ("PodSpec", "preemptionPolicy"),
})  # fmt: skip
