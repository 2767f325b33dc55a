# Sourced by the other scripts: which installation this is, where its state lies, and how to become the web user.
# Needs root. The variables are described in docs/settings.md.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BASE=/var/lib/playground

# The name this checkout has already; else the first checkout on a machine is "main" (a checkout that is gone leaves the
# name to the next), and another one beside it gets a name made from its path.
install_name() {
    local known first
    known=$(grep -lxF "$ROOT" "$BASE"/*/checkout 2> /dev/null | head -n 1)
    if [ -n "$known" ]; then basename "$(dirname "$known")" && return; fi
    first=$(cat "$BASE/main/checkout" 2> /dev/null) || first=$ROOT
    if [ -e "$first/play" ] && [ "$first" != "$ROOT" ]; then
        echo "c$(printf %s "$ROOT" | sha256sum | cut -c1-6)"
    else echo main; fi
}

export PLAYGROUND_INSTALL=${PLAYGROUND_INSTALL:-$(install_name)}
export PLAYGROUND_STATE=${PLAYGROUND_STATE:-$BASE/$PLAYGROUND_INSTALL}
export PLAYGROUND_NODE=${PLAYGROUND_NODE:-n1}
export PLAYGROUND_WEB_GROUP=${PLAYGROUND_WEB_GROUP:-playground}
STATE=$PLAYGROUND_STATE
WEB=$PLAYGROUND_WEB_GROUP     # the user's name as well
ENGINE_PID=$BASE/dockerd.pid # there is one where we started the engine, which all installations share
umask 0007                 # SQLite's files are shared by group

# When a process began, in ticks since boot (proc_pid_stat(5), field 22): with it a pid names one process for good.
began() {
    local stat
    stat=$(cat "/proc/$1/stat" 2> /dev/null) || return 1
    read -r -a stat <<< "${stat##*) }"
    [ "${stat[0]}" != Z ] && echo "${stat[19]}"
}

# `note_pid FILE PID` remembers a process, `runs FILE` says whether it still runs, `pid_in FILE` which it is.
note_pid() { echo "$2 $(began "$2")" > "$1"; }
pid_in() { cut -d' ' -f1 "$1" 2> /dev/null; }
runs() {
    local pid ticks
    read -r pid ticks 2> /dev/null < "$1" && [ -n "$ticks" ] && [ "$ticks" = "$(began "$pid")" ]
}

# What failed and what to do about it, then leave: `give_up REASON HINT`.
give_up() {
    printf '%s\nWhat to do: %s\n' "$1" "$2" >&2
    exit 1
}

# The containers of this installation, running or not; more filters may follow.
our_containers() {
    local more=() filter
    for filter; do more+=(--filter "$filter"); done
    docker ps --all --quiet --filter "label=playground/install=$PLAYGROUND_INSTALL" "${more[@]}"
}

# Run a command, its paths relative to the checkout, as the user that can open neither the engine's socket nor another
# process's /proc. A checkout that this user cannot reach (below /root, say) is bound where it can, for it alone.
as_web() {
    local drop=(setpriv --reuid "$WEB" --regid "$WEB" --init-groups --bounding-set -all --no-new-privs env HOME=/nonexistent)
    cd "$ROOT"
    if "${drop[@]}" test -r "$ROOT/manage.py"; then
        exec "${drop[@]}" "$@"
    fi
    install -d -m 0755 "$STATE/code"
    # shellcheck disable=SC2016 - the inner shell expands it
    exec unshare --mount --propagation slave bash -c 'mount --bind "$0" "$1" && cd "$1" && shift && exec "$@"' \
        "$ROOT" "$STATE/code" "${drop[@]}" "$@"
}
