"""What listens at linux.seccomp.listenerPath: writes the container process state that it is sent to a file, a line for
each connection, and answers every call that it is asked about with an errno.

usage: seccomp-agent.py SOCKET FILE ERRNO
"""

import fcntl
import json
import os
import socket
import struct
import sys
import threading

RECV = 0xC0502100  # SECCOMP_IOCTL_NOTIF_RECV, struct seccomp_notif
SEND = 0xC0182101  # SECCOMP_IOCTL_NOTIF_SEND, struct seccomp_notif_resp


def answer(listener, errno):
    while True:
        question = bytearray(80)
        try:
            fcntl.ioctl(listener, RECV, question)
            (call,) = struct.unpack_from("Q", question)
            fcntl.ioctl(listener, SEND, struct.pack("QqiI", call, 0, -errno, 0))
        except InterruptedError:
            continue
        except FileNotFoundError:  # who asked is gone
            continue
        except OSError:
            return


def serve(connection, file, errno):
    text, (listener,), _, _ = socket.recv_fds(connection, 65536, 1)
    connection.settimeout(5)
    closed = connection.recv(1) == b""
    state = json.loads(text) | {"closed": closed}
    with open(file, "a", encoding="utf8") as out:
        out.write(json.dumps(state) + "\n")
    answer(listener, errno)
    os.close(listener)


def main():
    path, file, errno = sys.argv[1:]
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(path)
    server.listen()
    while True:
        connection, _ = server.accept()
        threading.Thread(target=serve, args=(connection, file, int(errno)), daemon=True).start()


main()
