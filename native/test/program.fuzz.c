/* libFuzzer on the decoder: the first byte chooses the table, the rest is the program. */
#include "program.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* Reads all that the decoder promises, as an executor would. */
static size_t touch(const struct program *program, const struct op_table *table) {
    size_t sum = 0;
    for (size_t i = 0; i < program->count; i++) {
        const struct op *op = &program->ops[i];
        if (op->code == 0 || op->code > table->count || i + op->skip >= program->count)
            abort();
        sum += strlen(op->origin) + strlen(op->name) + (size_t)op_forgives(op, 1);
        const char *signature = table->signatures[op->code];
        for (size_t a = 0; signature[a]; a++) {
            const union arg *arg = &op->args[a];
            switch (signature[a]) {
            case 's':
                if (strlen(arg->text) != arg->length)
                    abort();
                break;
            case 'b':
                sum += arg->length ? (size_t)arg->text[arg->length - 1] : 0;
                break;
            case 'l':
                for (size_t k = 0; k < arg->list_count; k++)
                    sum += strlen(arg->list[k]);
                if (arg->list[arg->list_count])
                    abort();
                break;
            case 't':
                for (size_t k = 0; k < arg->piece_count; k++)
                    sum += strlen(arg->pieces[k].text);
                break;
            case 'F':
                for (size_t k = 0; k < arg->number_count; k++) {
                    if (arg->numbers[k] >= SLOTS_MAX)
                        abort();
                }
                break;
            case 'i':
                if (arg->n >= SLOTS_MAX)
                    abort();
                break;
            default:
                break;
            }
        }
    }
    return sum;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    static volatile size_t sink;
    if (!size)
        return 0;
    const struct op_table *table = data[0] & 1 ? &hands_table : &stub_table;
    struct program program;
    if (program_decode(&program, table, data + 1, size - 1))
        return 0;
    sink += touch(&program, table);
    program_free(&program);
    return 0;
}
