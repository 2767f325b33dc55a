# What docker-compose.yml runs. Targets: redis, postgres, service (web, worker, beat and watch), pause.
#
# BASE is a Debian or Ubuntu with Python 3.11 or newer. BUILDER, if given, is what those stages start from that fetch
# packages with pip and npm: an image of yours that knows a proxy's certificate or another index. Nothing of it is kept.
ARG BASE=debian:12-slim
ARG BUILDER

# The same numbers in every image: who owns a socket in one owns it in the others. Choose others where the machine has
# users with these. (And below: whatever the umask was where this was checked out, everybody may read what is copied.)
FROM ${BASE} AS users
LABEL playground/context=compose
RUN groupadd --gid 10001 playground \
 && for user in 10001:playground 10002:playground-redis 10003:playground-postgres; do \
      useradd --uid "${user%:*}" --gid playground --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin \
        --no-log-init "${user#*:}"; \
    done
WORKDIR /srv/playground

FROM users AS redis
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends redis-server \
 && apt-get clean && rm -rf /var/lib/apt/lists/*
COPY scripts/process scripts/
RUN chmod -R u=rwX,go=rX scripts
USER playground-redis
CMD ["scripts/process", "redis"]

FROM users AS postgres
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql-common \
 && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql \
 && apt-get clean && rm -rf /var/lib/apt/lists/* \
 && ln -sf /usr/lib/postgresql/*/bin/* /usr/local/bin/ \
 && install -d -o playground-postgres -g playground -m 0700 /data
COPY compose/postgres compose/pg_hba.conf compose/pg_ident.conf compose/
RUN chmod -R u=rwX,go=rX compose
USER playground-postgres
# Fast: TERM would make it wait until every client has left.
STOPSIGNAL SIGINT
CMD ["compose/postgres"]

FROM ${BUILDER:-${BASE}} AS builder
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3-venv \
 && apt-get clean && rm -rf /var/lib/apt/lists/*
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /srv/playground

FROM builder AS python
COPY requirements.txt ./
RUN python3 -m venv .venv \
 && .venv/bin/pip install --require-hashes -r requirements.txt \
 && .venv/bin/pip uninstall -y pip setuptools

FROM builder AS site
COPY requirements-node.txt ./
RUN python3 -m venv /node && /node/bin/pip install --require-hashes -r requirements-node.txt
ENV PATH=/node/bin:$PATH
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc frontend/
RUN npm --prefix frontend ci --no-audit --no-fund
COPY frontend frontend
RUN npm --prefix frontend run build

FROM users AS service
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nftables python3 tzdata \
 && apt-get clean && rm -rf /var/lib/apt/lists/*
COPY --from=python /srv/playground/.venv .venv
COPY --from=site /srv/playground/frontend/dist frontend/dist
COPY manage.py ./
COPY compose compose
COPY people people
COPY playground playground
COPY sandboxes sandboxes
COPY scripts scripts
ENV PATH=/srv/playground/.venv/bin:$PATH PYTHONUNBUFFERED=1
RUN chmod -R u=rwX,go=rX manage.py compose people playground sandboxes scripts frontend \
 && python manage.py collectstatic --no-input --verbosity 0 \
 && python -m compileall -q people playground sandboxes
USER playground
CMD ["scripts/process", "web"]

# The pods' pause container, for an engine that has none yet. Last, for builders before BuildKit make all stages above.
FROM ${BUILDER:-${BASE}} AS compiler
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends gcc libc6-dev
COPY images/pause/pause.c /
RUN gcc -static -Os -s -Wall -Wextra -Werror -DVERSION='"1"' -o /pause /pause.c

FROM scratch AS pause
LABEL playground/context=compose
COPY --from=compiler /pause /pause
USER 65535:65535
ENTRYPOINT ["/pause"]
