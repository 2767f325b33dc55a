"""The credentials that a pod's pull may try: those of the Secrets that it names, then the admins'."""

from __future__ import annotations

from uuid import UUID

from sandboxes.models import ConfigObject, Pod, RegistryCredential
from sandboxes.spec.configs import Secret, contents
from sandboxes.spec.decoding import decode
from sandboxes.spec.registries import Credential, credentials_in, matching


def credentials_for(uid: UUID, reference: str) -> tuple[Credential, ...]:
    """In the order to try; empty where the registry is asked without. A Secret that is not there is passed over."""
    own = _of_pod(uid)
    admins = [Credential(row.registry, row.username, row.password) for row in RegistryCredential.objects.all()]
    return tuple(dict.fromkeys((*matching(own, reference), *matching(admins, reference))))


def _of_pod(uid: UUID) -> list[Credential]:
    row = Pod.objects.filter(pk=uid).only("manifest", "namespace_id").first()
    named = [secret.name for secret in decode(row.manifest).spec.image_pull_secrets] if row else []
    if row is None or not named:
        return []
    found = ConfigObject.objects.filter(namespace_id=row.namespace_id, kind="Secret", name__in=named)
    secrets = {secret.name: Secret.model_validate(secret.content) for secret in found}
    kept = [secrets[name] for name in named if name in secrets]
    return [credential for secret in kept for credential in credentials_in(secret.type, contents(secret))]
