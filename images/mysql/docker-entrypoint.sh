#!/usr/bin/env bash
# The first start makes the system tables, the accounts and the database that the variables name, with no port open.
# Then mysqld takes the place of this shell, as user mysql. A data directory that is already filled is left as it is.
set -euo pipefail

DATA=/var/lib/mysql
# Beside the data until they are complete: a first start that was cut short is begun anew.
UNFINISHED=$DATA/.unfinished
AS_MYSQL=()

say() { echo "mysql: $*" >&2; }

refuse() {
    say "$@"
    exit 1
}

# The value of a variable, or what the file holds that the variable with _FILE at its end names.
value_of() {
    local file=$1_FILE
    if [ -n "${!1:-}" ] && [ -n "${!file:-}" ]; then refuse "set $1 or $file, not both"; fi
    if [ -n "${!file:-}" ]; then cat "${!file}"; else printf %s "${!1:-}"; fi
}

text() {
    local value=${1//\\/\\\\}
    value=${value//\'/\\\'}
    printf "'%s'" "${value//$'\n'/\\n}"
}

name() { printf '`%s`' "${1//\`/\`\`}"; }

# A grant takes a database's name for a pattern, in which _ and % stand for other characters.
pattern() {
    local value=${1//_/\\_}
    name "${value//%/\\%}"
}

read_settings() {
    root_password=$(value_of MYSQL_ROOT_PASSWORD)
    database=$(value_of MYSQL_DATABASE)
    user=$(value_of MYSQL_USER)
    password=$(value_of MYSQL_PASSWORD)
    if [ "$user" = root ]; then refuse "MYSQL_USER makes a further account; root's is set by MYSQL_ROOT_PASSWORD"; fi
    if [ -n "$user$password" ] && { [ -z "$user" ] || [ -z "$password" ]; }; then
        say "no account is made: that takes both MYSQL_USER and MYSQL_PASSWORD"
        user=
    fi
    if [ -n "$root_password" ] || [ -n "${MYSQL_ALLOW_EMPTY_PASSWORD:-}" ]; then return; fi
    if [ -z "${MYSQL_RANDOM_ROOT_PASSWORD:-}" ]; then
        say "there is no database yet, and nothing says what root's password shall be. Set one of"
        refuse "MYSQL_ROOT_PASSWORD, MYSQL_ALLOW_EMPTY_PASSWORD, MYSQL_RANDOM_ROOT_PASSWORD"
    fi
    root_password=$(head -c 24 /dev/urandom | base64)
    echo "GENERATED ROOT PASSWORD: $root_password"
}

# Only whole lines end a statement here: it is read by mysqld --bootstrap.
accounts() {
    local host
    echo "DELETE FROM mysql.global_priv WHERE User <> 'mariadb.sys';"
    echo "DELETE FROM mysql.proxies_priv;"
    echo "FLUSH PRIVILEGES;"
    for host in localhost %; do
        echo "CREATE USER 'root'@'$host' IDENTIFIED BY $(text "$root_password");"
        echo "GRANT ALL ON *.* TO 'root'@'$host' WITH GRANT OPTION;"
    done
    if [ -n "$database" ]; then echo "CREATE DATABASE IF NOT EXISTS $(name "$database");"; fi
    if [ -n "$user" ]; then echo "CREATE USER $(text "$user")@'%' IDENTIFIED BY $(text "$password");"; fi
    if [ -n "$user" ] && [ -n "$database" ]; then
        echo "GRANT ALL ON $(pattern "$database").* TO $(text "$user")@'%';"
    fi
}

initialise() {
    local began=$SECONDS statements
    read_settings
    say "making the database in $DATA"
    if [ -e "$UNFINISHED" ]; then find "$DATA" -mindepth 1 ! -path "$UNFINISHED" -delete; fi
    "${AS_MYSQL[@]}" touch "$UNFINISHED"
    statements=$(mktemp)
    accounts > "$statements"
    if [ "$(id -u)" = 0 ]; then chown mysql "$statements"; fi
    "${AS_MYSQL[@]}" mariadb-install-db --skip-test-db --skip-name-resolve --extra-file="$statements" "$@" > /dev/null
    rm "$statements" "$UNFINISHED"
    say "made in $((SECONDS - began)) s"
}

if [[ ${1:-} == -* ]]; then set -- mysqld "$@"; fi
if [ "${1:-}" != mysqld ] || [[ " $* " =~ \ (--help|-\?|--version|-V|--print-defaults)\  ]]; then exec "$@"; fi

# The first process of a PID namespace gets only the signals it asked for.
trap 'exit 143' TERM INT
if [ "$(id -u)" = 0 ]; then
    AS_MYSQL=(setpriv --reuid=mysql --regid=mysql --init-groups --)
    find "$DATA" ! -user mysql -exec chown mysql:mysql {} +
fi
if [ ! -d "$DATA/mysql" ] || [ -e "$UNFINISHED" ]; then initialise "${@:2}"; fi
exec "${AS_MYSQL[@]}" "$@"
