#include "ops.h"
#include "program.h"

#define NAME(code, name, signature) name,
#define SIGNATURE(code, name, signature) signature,
static const char *const names[] = {NULL, STUB_OPS(NAME)};
static const char *const signatures[] = {NULL, STUB_OPS(SIGNATURE)};

const struct op_table stub_table = {STUB_CODES, names, signatures};
