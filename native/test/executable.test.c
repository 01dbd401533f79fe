#include "executable.h"
#include "fail.h"
#include "folder.h"
#include "io.h"
#include <errno.h>

static void expect(const char *name, const char *path, const char *found) {
    failure_reset();
    autofree char *executable = find_executable(name, path);
    CHECK_TEXT(executable, found);
}

static void expect_error(
    const char *name, const char *path, int error, const char *step, const char *subject) {
    failure_reset();
    CHECK(find_executable(name, path) == NULL);
    const struct failure *failure = failure_of(0, "", "");
    CHECK(failure->error == error);
    CHECK_TEXT(failure->step, step);
    CHECK_TEXT(failure->subject, subject);
}

static void test_lookup(void) {
    expect("tool", "a:b", "b/tool");
    expect("tool", "b", "b/tool");
    expect("tool", "nowhere:b:", "b/tool");
    expect("here", "a::b", "here");
    expect("here", "a:", "here");
    expect("first", "a:b", "a/first");
    expect("./here", "", "./here");
    expect("link", "b", "b/link");
    expect_error("here", "", ENOENT, "path lookup", "here");
    expect_error("none", "a:b:file:a/first", ENOENT, "path lookup", "none");
    expect_error("plain", "a:b", EACCES, "path lookup", "plain");
    expect_error("sub", "a", ENOENT, "path lookup", "sub");
    expect_error("fifo", "a", EACCES, "path lookup", "fifo");
    expect_error("", "a", ENOENT, "path lookup", "");
    expect_error("a/sub", "", EISDIR, "stat", "a/sub");
    expect_error("a/none", "", ENOENT, "stat", "a/none");
}

static void expect_absolute_error(const char *below, int error, const char *fault) {
    char path[256], subject[256];
    snprintf(path, sizeof path, "%s/%s", folder, below);
    snprintf(subject, sizeof subject, "%s/%s", folder, fault);
    failure_reset();
    CHECK(find_executable(path, "") == NULL);
    CHECK(failure_of(0, "", "")->error == error);
    CHECK_TEXT(failure_of(0, "", "")->subject, subject);
}

static void test_component(void) {
    expect_absolute_error("a/none/tool", ENOENT, "a/none");
    expect_absolute_error("file/tool", ENOTDIR, "file");
    expect_absolute_error("a/plain", EACCES, "a/plain");
}

static void expect_missing(const char *file, const char *interpreter) {
    char missing[256] = "";
    int found = find_missing_interpreter(file, missing, sizeof missing);
    CHECK(found == (interpreter != NULL));
    if (interpreter)
        CHECK_TEXT(missing, interpreter);
}

static void test_interpreter(void) {
    expect_missing("script", "/no/such/sh");
    expect_missing("spaced", "/no/such/sh");
    expect_missing("chain", "/no/such/sh");
    expect_missing("loop", NULL);
    expect_missing("unending", NULL);
    expect_missing("bare", NULL);
    expect_missing("fine", NULL);
    expect_missing("empty", NULL);
    expect_missing("elf", "/no/such/loader");
    expect_missing("elf-cut", NULL);
    expect_missing("elf-far", NULL);
    expect_missing("fifo", NULL);
}

int main(void) {
    close(make_folder(
        "mkdir a b a/sub; touch file a/plain; for f in b/tool a/first b/first here; do touch $f; chmod 755 $f; done; "
        "mkfifo -m 777 a/fifo fifo; ln -s tool b/link; "
        "printf '#!/no/such/sh\\n' > script; printf '#! \\t/no/such/sh -e\\n' > spaced; printf '#!./script\\n' > chain; "
        "printf '#!./loop\\n' > loop; (printf '#!'; head -c 300 /dev/zero | tr '\\0' x) > unending; printf '#!\\n' > bare; "
        "printf '#!/bin/sh\\n' > fine; : > empty; "
        /* ELF64 header, one program header PT_INTERP at 64 with 16 bytes at 120. */
        "(printf '\\177ELF\\2\\1\\1\\0\\0\\0\\0\\0\\0\\0\\0\\0\\2\\0\\76\\0\\1\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\100\\0\\0\\0\\0\\0\\0\\0"
        "\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\100\\0\\70\\0\\1\\0\\0\\0\\0\\0\\0\\0"
        "\\3\\0\\0\\0\\4\\0\\0\\0\\170\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\20\\0\\0\\0\\0\\0\\0\\0"
        "\\20\\0\\0\\0\\0\\0\\0\\0\\1\\0\\0\\0\\0\\0\\0\\0/no/such/loader\\0') > elf; "
        "head -c 130 elf > elf-cut; (head -c 72 elf; printf '\\377\\377\\377\\377\\377\\377\\377\\377'; tail -c +81 elf) > elf-far"));
    if (chdir(folder) < 0)
        abort();
    /* Access by mode bits, not by root's capabilities, still refuses files that nobody may execute. */
    test_lookup();
    test_component();
    test_interpreter();
    return END();
}
