"""The images that the recorded cases use, made from what is on the node (kubernetes/README.md says what each is)."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from tests.stack import run

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
BASE = """\
FROM busybox:latest AS made
RUN rm -rf /var /home /tmp && mkdir -p /tmp && chmod 1777 /tmp && rm /etc/group \\
 && echo 'root:x:0:0:root:/root:/bin/sh' > /etc/passwd
FROM scratch
COPY --from=made / /
CMD ["/bin/sh"]
"""
EP = f"""\
ENTRYPOINT ["/bin/echo", "ep"]
CMD ["cmd-a", "cmd-b"]
ENV FOO=image BAR=imagebar PATH={PATH}
WORKDIR /var/work
"""
# The distribution's own page and files for logs, as where it was recorded.
NGINX = """\
FROM nginx:latest
RUN rm /var/log/nginx/access.log && cp /var/www/html/index.nginx-debian.html /usr/share/nginx/html/index.html
"""
DERIVED = {
    "ep:dev": EP,
    "user1000:dev": "USER 1000:1000\n",
    "usernobody:dev": "USER nobody\n",
    "stopusr1:dev": "STOPSIGNAL SIGUSR1\n",
}  # fmt: skip


def build() -> None:
    """All of them; takes a second when they are there."""
    _build("busybox:dev", BASE)
    for name, lines in DERIVED.items():
        _build(name, f"FROM busybox:dev\n{lines}")
    _without_command()
    _build("nginx:dev", NGINX)


def remove() -> None:
    """Their names: a catalogue that they stand in is other tests' too."""
    run("docker", "rmi", "--force", "busybox:dev", "nginx:dev", "nocmd:dev", *DERIVED)


def _build(name: str, dockerfile: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "Dockerfile").write_text(dockerfile)
        run("docker", "build", "--quiet", "--tag", name, folder)


def _without_command() -> None:
    """A Dockerfile cannot take a CMD away; an import has none."""
    made = run("docker", "create", "busybox:dev").strip()
    try:
        exported = subprocess.run(["docker", "export", made], capture_output=True, check=True, timeout=60)
        subprocess.run(["docker", "import", "-", "nocmd:dev"], input=exported.stdout, check=True, timeout=60,
                       capture_output=True)  # fmt: skip
    finally:
        run("docker", "rm", made)
