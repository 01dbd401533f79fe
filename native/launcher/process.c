#include "process.h"
#include "io.h"
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Fields are counted from 1 as in proc(5): the name is 2, the state 3. */
enum { STATE = 3, START_TIME = 22 };

static int parse(char *text, struct process *process) {
    /* The name may hold anything, spaces and parentheses too: it ends at the last one. */
    char *open = strchr(text, '('), *close = strrchr(text, ')');
    if (!open || !close || close < open)
        return -1;
    *close = '\0';
    snprintf(process->name, sizeof process->name, "%s", open + 1);
    int field = STATE;
    for (char *save = NULL, *word = strtok_r(close + 1, " ", &save); word;
         word = strtok_r(NULL, " ", &save)) {
        if (field == STATE)
            process->state = word[0];
        if (field++ == START_TIME)
            return sscanf(word, "%" SCNu64, &process->start_time) == 1 ? 0 : -1;
    }
    return -1;
}

int process_look(pid_t pid, struct process *process) {
    char path[40], text[2048];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    autoclose int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? -1 : read_full(file, text, sizeof text - 1);
    if (size < 0) {
        if (errno == ENOENT)
            errno = ESRCH;
        return -1;
    }
    text[size] = '\0';
    if (parse(text, process) == 0)
        return 0;
    errno = EPROTO;
    return -1;
}

bool process_ended(const struct process *process) {
    return process->state == 'Z' || process->state == 'X' || process->state == 'x';
}
