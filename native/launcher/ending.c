#include "ending.h"
#include "io.h"
#include "say.h"
#include <fcntl.h>

/* One write, so that the lines of several commands with one log do not mix. */
static void append_log(const struct finish *finish) {
    if (!finish->log_path || !finish->log_path[0] || !finish->log_size)
        return;
    autoclose int file = open(finish->log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);
    if (file < 0)
        say_error(errno, "cannot open \"%s\"", finish->log_path);
    else if (write(file, finish->log, finish->log_size) < 0)
        say_error(errno, "cannot write \"%s\"", finish->log_path);
}

int ending_carry_out(const struct finish *finish) {
    append_log(finish);
    int code = (int)(finish->code & 0xff);
    if (write_full(STDOUT_FILENO, finish->out, finish->out_size) < 0) {
        say_error(errno, "cannot write \"standard output\"");
        code = code ? code : 1;
    }
    write_full(STDERR_FILENO, finish->err, finish->err_size);
    return code;
}
