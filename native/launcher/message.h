/*
 * The vocabulary of launcher and Node layer: the C twin of src/execute/messages.ts, where the protocol is described.
 * The same names in the same order; test/native/message.test.ts reads this file to prove it.
 *
 *     launcher                         Node layer
 *     REQUEST            ─────────▶
 *                        ◀─────────    READ      any number of times, each answered
 *     ANSWERS            ─────────▶
 *                        ◀─────────    PLAN      at most once
 *     RESULT             ─────────▶              only if it failed, warned, captured, or was asked for
 *                        ◀─────────    FINISH    what to print, what to log, how to exit
 */
#pragma once

#define PROTOCOL_VERSION 5
#define MAX_FRAME (64u * 1024 * 1024)

enum message_type {
    MESSAGE_REQUEST = 1,
    MESSAGE_ANSWERS = 2,
    MESSAGE_RESULT = 3,
    MESSAGE_READ = 11,
    MESSAGE_PLAN = 12,
    MESSAGE_FINISH = 13,
};

enum read_kind {
    READ_FILE = 1,
    READ_LIST = 2,
    READ_STAT = 3,
    READ_LINK = 4,
    READ_STDIN = 5,
    READ_EACH = 6,
    READ_BELOW = 7,
    READ_EXISTS = 8,
    READ_STREAM = 9,
    READ_HAVING = 10,
    READ_STUB = 11,
    READ_LOCK = 12,
    READ_WRITABLE = 13,
};

enum request_number {
    REQUEST_UID,
    REQUEST_EUID,
    REQUEST_GID,
    REQUEST_EGID,
    REQUEST_PID,
    REQUEST_UMASK,
    REQUEST_NOW,
    REQUEST_CAPABILITIES,
    REQUEST_TERMINALS,
    REQUEST_ROWS,
    REQUEST_COLUMNS,
    REQUEST_USER_NAMESPACE,
    REQUEST_TRACE,
    REQUEST_WOKEN,
    REQUEST_SEEN,
    REQUEST_WAY,
    REQUEST_NUMBERS,
};

enum way {
    WAY_STANDBY,
    WAY_OFF,
    WAY_MISSING,
    WAY_DISTRUSTED,
    WAY_BUSY,
    WAY_SILENT,
    WAY_GONE,
    WAY_GARBLED,
    WAY_LARGE,
    WAYS,
};

enum failure_number {
    FAILURE_PROGRAM,
    FAILURE_INDEX,
    FAILURE_ERRNO,
    FAILURE_STATUS,
    FAILURE_NUMBERS,
};

enum failure_string {
    FAILURE_OP,
    FAILURE_ORIGIN,
    FAILURE_STEP,
    FAILURE_SUBJECT,
    FAILURE_DETAIL,
    FAILURE_STRINGS,
};

/* The programs of PLAN, and the program numbers of a failure. */
enum plan_program {
    PROGRAM_HANDS = 0,
    PROGRAM_UNDO = 1,
    PROGRAM_TEARDOWN = 2,
    PROGRAM_STUBS = 3,
    PROGRAM_NONE = 255,
};
