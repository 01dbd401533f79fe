"""notify-listener.py SOCKET FILE: what a service manager hears (sd_notify(3)); each message is a line of FILE."""
import socket
import sys

path, out = sys.argv[1:]
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind('\0' + path[1:] if path.startswith('@') else path)
with open(out, 'w', buffering=1) as heard:
    while True:
        data, control, _, _ = listener.recvmsg(8192, 1024)
        heard.write(f"{'with descriptors ' if control else ''}{data.decode().strip()!r}\n")
