#!/usr/bin/env python3
"""Asks this kernel for what docs/kernels.md lists: lines of `yes|no NAME`. What cannot be asked here is left out.

Changes nothing that outlives it. Numbers of system calls are the same everywhere since 5.0, but for older calls.
"""
import ctypes
import errno
import glob
import os
import platform
import resource
import subprocess
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
X86 = platform.machine() == "x86_64"
MEMFD_CREATE, SECCOMP, SET_MEMPOLICY = (319, 317, 238) if X86 else (279, 277, 237)
CLOSE_RANGE, MOUNT_SETATTR, LANDLOCK_CREATE_RULESET = 436, 442, 444
AT_EMPTY_PATH, AT_RECURSIVE = 0x1000, 0x8000


def call(number, *arguments):
    """errno, or 0."""
    words = [argument if isinstance(argument, bytes) else ctypes.c_long(argument) for argument in arguments]
    return 0 if libc.syscall(ctypes.c_long(number), *words) >= 0 else ctypes.get_errno()


def in_child(question):
    """What it does to the process ends with the process."""
    pid = os.fork()
    if pid == 0:
        os._exit(0 if question() else 1)
    return os.waitpid(pid, 0)[1] == 0


def attribute(value, flags=AT_EMPTY_PATH):
    """Of no mount: EBADF once the attributes have been found good."""
    words = b"".join(word.to_bytes(8, "little") for word in (value, 0, 0, 0))
    return call(MOUNT_SETATTR, -1, b"", flags, words, len(words)) == errno.EBADF


def idmap():
    """A user namespace is looked for by its descriptor, which is none."""
    words = b"".join(word.to_bytes(8, "little") for word in (0x100000, 0, 0, 2**31 - 1))
    return call(MOUNT_SETATTR, -1, b"", AT_EMPTY_PATH, words, len(words)) == errno.EBADF


def landlock():
    version = libc.syscall(ctypes.c_long(LANDLOCK_CREATE_RULESET), None, ctypes.c_long(0), ctypes.c_long(1))
    # EOPNOTSUPP: it is there, and was left out when the machine was booted.
    return None if version < 0 and ctypes.get_errno() == errno.EOPNOTSUPP else version


def since_landlock(least):
    version = landlock()
    return None if version is None else version >= least


def policy(mode, nodes=b"\1" + bytes(7)):
    return in_child(lambda: call(SET_MEMPOLICY, mode, nodes, 65) == 0)


def seals_execution():
    descriptor = libc.syscall(ctypes.c_long(MEMFD_CREATE), b"x", ctypes.c_long(2))
    return libc.fcntl(descriptor, 1033, 0x20) == 0


def overlay_in_user_namespace():
    if not os.path.exists("/proc/self/ns/user") or "overlay" not in open("/proc/filesystems").read():
        return None
    script = "mount -t tmpfs none /mnt; cd /mnt; mkdir a b c d; exec mount -t overlay -o lowerdir=a,upperdir=b,workdir=c none d"
    return subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "sh", "-ec", script], stderr=subprocess.DEVNULL, check=False).returncode == 0


def idmapped_tmpfs():
    return idmap() and in_child(map_tmpfs)


def map_tmpfs():
    holder = subprocess.Popen(["unshare", "--user", "sleep", "60"])
    try:
        while os.readlink(f"/proc/{holder.pid}/ns/user") == os.readlink("/proc/self/ns/user"):
            time.sleep(0.01)
        for kind in ("uid", "gid"):
            with open(f"/proc/{holder.pid}/{kind}_map", "w") as file:
                file.write("0 1000 1")
        namespace = os.open(f"/proc/{holder.pid}/ns/user", os.O_RDONLY)
        context = libc.syscall(ctypes.c_long(430), b"tmpfs", ctypes.c_long(0))
        libc.syscall(ctypes.c_long(431), ctypes.c_long(context), ctypes.c_long(6), None, None, ctypes.c_long(0))
        mount = libc.syscall(ctypes.c_long(432), ctypes.c_long(context), ctypes.c_long(0), ctypes.c_long(0))
        words = b"".join(word.to_bytes(8, "little") for word in (0x100000, 0, 0, namespace))
        return call(MOUNT_SETATTR, mount, b"", AT_EMPTY_PATH, words, 32) == 0
    finally:
        holder.kill()


def file_of_v2(name, controller=""):
    """Below the root of the hierarchy, in a cgroup that has the controller."""
    for root in unified():
        for place in glob.glob(f"{root}/*/cgroup.procs") + glob.glob(f"{root}/*/*/cgroup.procs"):
            folder = os.path.dirname(place)
            if not controller or os.path.exists(f"{folder}/{controller}"):
                return os.path.exists(f"{folder}/{name}")
    return None


def unified():
    with open("/proc/self/mountinfo") as lines:
        return [line.split()[4] for line in lines if " - cgroup2 " in line]


def cpu_file(v1, v2):
    found = file_of_v2(v2, "cpu.max")
    if found is None and os.path.exists("/sys/fs/cgroup/cpu/cpu.shares"):
        found = os.path.exists(f"/sys/fs/cgroup/cpu/{v1}")
    return found


def filter_without_limit():
    """A program of two instructions, as a user whose limit on locked memory is 0 and who may load it nevertheless."""
    instructions = bytes.fromhex("b700000001000000" + "9500000000000000")
    code, text = ctypes.create_string_buffer(instructions), ctypes.create_string_buffer(b"GPL")
    words = (15).to_bytes(4, "little") + (2).to_bytes(4, "little")
    words += ctypes.addressof(code).to_bytes(8, "little") + ctypes.addressof(text).to_bytes(8, "little") + bytes(24)

    def load():
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))
        # CAP_BPF and CAP_SYS_ADMIN may stay, CAP_IPC_LOCK and CAP_SYS_RESOURCE may lock what they like.
        drop = ["setpriv", "--reuid", "12345", "--clear-groups", "--inh-caps", "+bpf,+sys_admin", "--ambient-caps", "+bpf,+sys_admin"]
        return subprocess.run([*drop, sys.executable, __file__, "bpf"], stdout=subprocess.DEVNULL, check=False).returncode == 0

    if sys.argv[1:] == ["bpf"]:
        sys.exit(call(321 if X86 else 280, 5, words, len(words)) != 0)
    return in_child(load)


if sys.argv[1:] == ["bpf"]:
    filter_without_limit()

questions = {
    "close_range(CLOSE_RANGE_CLOEXEC)": lambda: call(CLOSE_RANGE, 1000, 1001, 4) == 0,
    "bpf without RLIMIT_MEMLOCK": filter_without_limit,
    "overlay in a user namespace": overlay_in_user_namespace,
    "mount_setattr": lambda: attribute(1),
    "mount_setattr(AT_RECURSIVE)": lambda: attribute(1, AT_EMPTY_PATH | AT_RECURSIVE),
    "mount_setattr(MOUNT_ATTR_IDMAP)": idmap,
    "MPOL_F_NUMA_BALANCING": lambda: policy(2 | 1 << 13),
    "landlock": lambda: since_landlock(1),
    "MOUNT_ATTR_NOSYMFOLLOW": lambda: attribute(0x200000),
    "cgroup.kill": lambda: file_of_v2("cgroup.kill"),
    "cpu.max.burst, cpu.cfs_burst_us": lambda: cpu_file("cpu.cfs_burst_us", "cpu.max.burst"),
    "cpu.idle": lambda: cpu_file("cpu.idle", "cpu.idle"),
    "MPOL_PREFERRED_MANY": lambda: policy(5),
    # The program is none: EFAULT once the flags have been found good.
    "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV": lambda: call(SECCOMP, 1, 0x28, 0) == errno.EFAULT,
    "memory.peak": lambda: file_of_v2("memory.peak", "memory.max"),
    "landlock truncate": lambda: since_landlock(3),
    "memfd_create(MFD_EXEC)": lambda: call(MEMFD_CREATE, b"x", 0x10) == 0,
    "F_SEAL_EXEC": seals_execution,
    "idmapped tmpfs": idmapped_tmpfs,
    "landlock ports": lambda: since_landlock(4),
    "MPOL_WEIGHTED_INTERLEAVE": lambda: policy(6),
    "landlock ioctl": lambda: since_landlock(5),
    "landlock scopes": lambda: since_landlock(6),
}

for name, question in questions.items():
    answer = question()
    if answer is not None:
        print("yes" if answer else "no", name)
