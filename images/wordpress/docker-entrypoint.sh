#!/usr/bin/env bash
# Fills the volume with WordPress and its configuration where they are missing, then runs the command in this process.
set -euo pipefail

fill() {
    if [ ! -e index.php ] && [ ! -e wp-includes/version.php ]; then
        echo "wordpress: copying WordPress into $PWD" >&2
        cp -a /usr/src/wordpress/. .
    fi
    # With no variable at all WordPress asks for the database on its first page.
    local variables=("${!WORDPRESS_@}") secret
    if [ ! -e wp-config.php ] && [ ${#variables[@]} -gt 0 ]; then
        secret=$(head -c 32 /dev/urandom | sha256sum | cut -c1-64)
        sed "s/@SECRET@/$secret/" /usr/src/wp-config-docker.php > wp-config.php.new
        if [ "$(id -u)" = 0 ]; then chown www-data:www-data wp-config.php.new; fi
        mv wp-config.php.new wp-config.php
    fi
}

trap 'exit 143' TERM INT WINCH
if [[ ${1:-} == apache2* ]]; then fill; fi
exec "$@"
