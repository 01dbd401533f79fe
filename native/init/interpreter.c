/*
 * What a file needs to be executed: the interpreter of a `#!` line or the loader in an ELF file's PT_INTERP. Only read to
 * explain an ENOENT; the file is the image's, so every number in it is checked before it is believed.
 */
#include "executable.h"
#include "io.h"
#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* As much as the kernel reads (BINPRM_BUF_SIZE), and as many program headers as it takes are far more than anyone has. */
#define HEAD 256
#define MAX_HEADERS 256
/* How long a chain of scripts the kernel follows. */
#define MAX_DEPTH 5

static int from_script(const char *head, size_t size, char *name) {
    size_t start = 2;
    while (start < size && (head[start] == ' ' || head[start] == '\t'))
        start++;
    size_t end = start;
    while (end < size && !strchr(" \t\r\n", head[end]))
        end++;
    if (end == start || end == size)
        return 0;
    memcpy(name, head + start, end - start);
    name[end - start] = '\0';
    return 1;
}

static int read_name(int file, uint64_t offset, uint64_t size, char *name) {
    if (size < 2 || size > PATH_MAX || offset > INT64_MAX)
        return 0;
    ssize_t got = pread(file, name, size, (off_t)offset);
    if (got != (ssize_t)size)
        return 0;
    name[size - 1] = '\0';
    return name[0] != '\0';
}

#define FROM_ELF(bits)                                                                                       \
    static int from_elf##bits(int file, char *name) {                                                        \
        Elf##bits##_Ehdr elf;                                                                                \
        if (pread(file, &elf, sizeof elf, 0) != sizeof elf || elf.e_phentsize != sizeof(Elf##bits##_Phdr) || \
            elf.e_phnum > MAX_HEADERS || elf.e_phoff > INT32_MAX)                                            \
            return 0;                                                                                        \
        for (unsigned i = 0; i < elf.e_phnum; i++) {                                                         \
            Elf##bits##_Phdr header;                                                                         \
            off_t at = (off_t)(elf.e_phoff + i * sizeof header);                                             \
            if (pread(file, &header, sizeof header, at) != sizeof header)                                    \
                return 0;                                                                                    \
            if (header.p_type == PT_INTERP)                                                                  \
                return read_name(file, header.p_offset, header.p_filesz, name);                              \
        }                                                                                                    \
        return 0;                                                                                            \
    }
FROM_ELF(32)
FROM_ELF(64)

static int read_interpreter(const char *path, char name[PATH_MAX]) {
    char head[HEAD];
    autoclose int file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    ssize_t size = file < 0 ? -1 : pread(file, head, sizeof head, 0);
    if (size > 2 && head[0] == '#' && head[1] == '!')
        return from_script(head, (size_t)size, name);
    if (size < EI_NIDENT || memcmp(head, ELFMAG, SELFMAG) != 0)
        return 0;
    return head[EI_CLASS] == ELFCLASS32 ? from_elf32(file, name) : from_elf64(file, name);
}

int find_missing_interpreter(const char *executable, char *missing, size_t size) {
    char names[2][PATH_MAX];
    for (int depth = 0; depth < MAX_DEPTH; depth++) {
        char *name = names[depth % 2];
        if (!read_interpreter(executable, name))
            return 0;
        if (access(name, F_OK) < 0 && errno == ENOENT) {
            snprintf(missing, size, "%s", name);
            return 1;
        }
        executable = name;
    }
    return 0;
}
