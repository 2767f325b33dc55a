<?php
// Read at each request, so that a container's variables are what counts, not those of the one that filled the volume.

/** A variable of the environment, or what the file holds that the variable with _FILE at its end names. */
function wordpress_setting(string $name, string $otherwise = ''): string
{
    $file = getenv($name . '_FILE');
    if ($file !== false && $file !== '') {
        return rtrim(file_get_contents($file), "\r\n");
    }
    $value = getenv($name);
    return $value === false ? $otherwise : $value;
}

define('DB_HOST', wordpress_setting('WORDPRESS_DB_HOST', 'mysql'));
define('DB_NAME', wordpress_setting('WORDPRESS_DB_NAME', 'wordpress'));
define('DB_USER', wordpress_setting('WORDPRESS_DB_USER', 'example username'));
define('DB_PASSWORD', wordpress_setting('WORDPRESS_DB_PASSWORD', 'example password'));
define('DB_CHARSET', wordpress_setting('WORDPRESS_DB_CHARSET', 'utf8'));
define('DB_COLLATE', wordpress_setting('WORDPRESS_DB_COLLATE'));
$table_prefix = wordpress_setting('WORDPRESS_TABLE_PREFIX', 'wp_');

// One secret for each container, and from it what WordPress calls its keys and salts.
foreach (array('AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE') as $for) {
    foreach (array($for . '_KEY', $for . '_SALT') as $name) {
        define($name, wordpress_setting('WORDPRESS_' . $name, hash_hmac('sha256', $name, '@SECRET@')));
    }
}

define('WP_DEBUG', (bool) wordpress_setting('WORDPRESS_DEBUG'));
eval(wordpress_setting('WORDPRESS_CONFIG_EXTRA'));

if (!defined('ABSPATH')) {
    define('ABSPATH', __DIR__ . '/');
}
require_once ABSPATH . 'wp-settings.php';
