/* What an operation is done to, for those who read a trace. */
#include "ops.h"
#include "trace-spans.h"

static const char *barrier(const struct op *op) {
    switch (op->args[0].n) {
    case BARRIER_CLONED:
        return "cloned";
    case BARRIER_MOUNTED:
        return "mounted";
    case BARRIER_CREATED:
        return "created";
    default:
        return "";
    }
}

static bool has_barrier(const struct op_table *table, unsigned code) {
    if (table == &hands_table)
        return code == HANDS_AWAIT || code == HANDS_RELEASE;
    return code == STUB_REPORT || code == STUB_HOLD;
}

const char *op_subject(const struct op_table *table, const struct op *op) {
    if (has_barrier(table, op->code))
        return barrier(op);
    const char *signature = table->signatures[op->code];
    for (size_t i = 0; signature[i]; i++) {
        if (signature[i] == 's')
            return op->args[i].text;
    }
    return "";
}
