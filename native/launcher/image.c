#include "image.h"
#include "companion.h"
#include "io.h"
#include "say.h"
#include "signals.h"
#include "tree.h"
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* Two words before the companion's own: the program, and its name. */
enum { LEADING = 2 };

static char *next_text(char *text) {
    return text + strlen(text) + 1;
}

static int split(struct image *image, const struct finish *finish, char ***words) {
    size_t size = finish->out_size;
    image->text = malloc(size + 1);
    image->arguments = calloc(size + LEADING + 1, 2 * sizeof *image->arguments);
    if (!image->text || !image->arguments)
        return -1;
    memcpy(image->text, finish->out, size);
    image->text[size] = '\0';
    image->bundle = image->text;
    *words = image->arguments + size + LEADING + 1;
    char *text = image->text + strlen(image->text) + 1, *end = image->text + size;
    long count = text < end ? strtol(text, NULL, 10) : 0;
    char **next = *words + LEADING;
    for (text = next_text(text); text < end; text = next_text(text)) {
        if (count-- == 0)
            next = image->arguments;
        *next++ = text;
    }
    return 0;
}

_Noreturn static void become(char **words, char *const *environment, pid_t launcher) {
    /* Its files go with it when the launcher is asked to stop. */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != launcher)
        _exit(1);
    signals_release();
    /* Standard input is the container's, and so is standard output. */
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        _exit(1);
    _exit(companion_become(words[1], words, environment));
}

static int run(char **words, char *const *environment) {
    pid_t launcher = getpid(), child = fork();
    if (child == 0)
        become(words, environment, launcher);
    int status;
    if (child < 0 || waitpid(child, &status, 0) < 0) {
        say_error(errno, "cannot start \"smith\"");
        return 1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int image_unpack(struct image *image, const struct finish *finish, char *const *environment) {
    char **words;
    if (split(image, finish, &words) < 0) {
        say_error(errno, "cannot unpack the image");
        return 1;
    }
    words[0] = image->arguments[0];
    words[1] = (char[]){"smith"};
    /* Node makes pipes non-blocking, for everybody who has them. */
    int flags = fcntl(STDERR_FILENO, F_GETFL);
    int code = run(words, environment);
    if (flags >= 0)
        fcntl(STDERR_FILENO, F_SETFL, flags);
    if (code)
        image->bundle = NULL;
    return code;
}

void image_discard(const struct image *image) {
    autoclose int dir =
        image->bundle ? open(image->bundle, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (dir >= 0 && (tree_empty(dir, true) < 0 || rmdir(image->bundle) < 0))
        say_error(errno, "cannot remove \"%s\"", image->bundle);
}
