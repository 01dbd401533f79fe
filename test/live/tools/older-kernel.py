#!/usr/bin/env python3
"""older-kernel.py COMMAND...: runs it, and all that comes of it, as on Linux 5.10, as far as a seccomp filter can tell.

System calls and flags that came later fail as they would there, with ENOSYS or EINVAL. What the kernel does by itself,
its files, and the release that uname(2) tells stay as they are.
"""
import ctypes
import errno
import os
import platform
import struct
import sys

# linux/filter.h, linux/seccomp.h
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000
NUMBER, FIRST_ARGUMENT = 0, 16
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2

# Since 5.1 a number is the same everywhere; epoll_pwait2 is the first of 5.11.
FIRST_LATER = 441
MEMFD_CREATE = {"x86_64": 319, "aarch64": 279}[platform.machine()]
SECCOMP = {"x86_64": 317, "aarch64": 277}[platform.machine()]
# (system call, index of its flags, those that are later than 5.10)
LATER_FLAGS = [
    (436, 2, 0x4),  # close_range: CLOEXEC, 5.11
    (432, 2, 0x200000),  # fsmount: MOUNT_ATTR_NOSYMFOLLOW, 5.14
    (SECCOMP, 1, 0x20),  # SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, 5.19
    (MEMFD_CREATE, 1, 0x18),  # MFD_NOEXEC_SEAL, MFD_EXEC, 6.3
]


def instruction(code, operand, true=0, false=0):
    return struct.pack("HBBI", code, true, false, operand)


def program():
    parts = [
        instruction(LOAD, NUMBER),
        instruction(AT_LEAST, FIRST_LATER, 0, 1),
        instruction(RETURN, FAIL | errno.ENOSYS),
    ]
    for number, index, flags in LATER_FLAGS:
        parts += [
            instruction(EQUAL, number, 0, 4),
            instruction(LOAD, FIRST_ARGUMENT + 8 * index),
            instruction(ANY_BIT, flags, 0, 1),
            instruction(RETURN, FAIL | errno.EINVAL),
            instruction(RETURN, ALLOW),
        ]
    return parts + [instruction(RETURN, ALLOW)]


def main():
    parts = program()
    filter_ = ctypes.create_string_buffer(b"".join(parts))
    fprog = struct.pack("HxxxxxxP", len(parts), ctypes.addressof(filter_))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, fprog, 0, 0) != 0:
        sys.exit(f"cannot load the filter: {os.strerror(ctypes.get_errno())}")
    os.execvp(sys.argv[1], sys.argv[1:])


main()
