#include "ops.h"
#include "program.h"

#define NAME(code, name, signature) name,
#define SIGNATURE(code, name, signature) signature,
static const char *const names[] = {NULL, HANDS_OPS(NAME)};
static const char *const signatures[] = {NULL, HANDS_OPS(SIGNATURE)};

const struct op_table hands_table = {HANDS_CODES, names, signatures};
