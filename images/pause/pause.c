/*
 * pause: holds a pod's namespaces and, as PID 1 of a shared PID namespace, buries the orphans in it.
 *
 * It leaves with 0 on INT or TERM, with 1, 2 or 3 when the handler of INT, TERM or CHLD cannot be installed, and
 * with 42 should it ever stop waiting. As PID 1 it ignores, like every init, each signal that has no handler.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef VERSION
#define VERSION "unversioned"
#endif

/* write(2) and not printf(3): these run inside signal handlers. A failed write to a closed log changes nothing. */
static void say(int fd, const char *text) {
    if (write(fd, text, strlen(text)) < 0) return;
}

static void leave(int number) {
    say(STDOUT_FILENO, number == SIGINT ? "pause: interrupted, leaving\n" : "pause: terminated, leaving\n");
    _exit(0);
}

/* One CHLD can stand for many children, so take all that are waiting. */
static void bury(int number) {
    int kept = errno;
    (void)number;
    while (waitpid(-1, NULL, WNOHANG) > 0) continue;
    errno = kept;
}

static int handle(int number, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_NOCLDSTOP};
    sigemptyset(&action.sa_mask);
    return sigaction(number, &action, NULL);
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "-v") == 0) {
            puts("pause " VERSION);
            return 0;
        }
    if (getpid() != 1) say(STDERR_FILENO, "pause: not PID 1 here, so orphans will not come to it\n");

    if (handle(SIGINT, leave) < 0) return 1;
    if (handle(SIGTERM, leave) < 0) return 2;
    if (handle(SIGCHLD, bury) < 0) return 3;

    while (pause() < 0 && errno == EINTR) continue;
    say(STDERR_FILENO, "pause: cannot wait any longer\n");
    return 42;
}
