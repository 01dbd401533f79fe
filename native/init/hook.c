#include "io.h"
#include "run.h"
#include "stub.h"
#include <sys/stat.h>

int op_hook(struct stub *stub, const struct stub_hook *arg) {
    struct run run = {
        .path = arg->path.text,
        .args = arg->args.list,
        .env = arg->env.list,
        .timeout = arg->timeout.n,
    };
    autofree char *state = template_render(&arg->stdin_, &stub->variables, &run.input_size);
    if (!state)
        return failed("malloc", NULL);
    run.input = state;
    struct run_result result;
    umask(stub->umask);
    int outcome = run_program(&run, &result);
    umask(0);
    return outcome;
}
