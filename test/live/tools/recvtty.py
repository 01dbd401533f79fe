"""Receives one terminal over a Unix socket, as a caller of --console-socket does.

recvtty.py SOCKET OUTPUT KEYBOARD: what the terminal says is written to OUTPUT; what is written to the fifo KEYBOARD
is typed. A line `resize ROWS COLUMNS` on the fifo changes the terminal's size instead. Ends when the terminal does.
"""
import array
import fcntl
import os
import select
import socket
import struct
import sys
import termios

listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
listener.bind(sys.argv[1])
listener.listen(1)
connection, _ = listener.accept()
descriptors = array.array('i')
_, ancillary, _, _ = connection.recvmsg(4096, socket.CMSG_SPACE(descriptors.itemsize))
descriptors.frombytes(ancillary[0][2][:descriptors.itemsize])
master = descriptors[0]
# Opened for both directions, so that neither a missing nor a leaving writer matters.
keyboard = os.open(sys.argv[3], os.O_RDWR | os.O_NONBLOCK)

with open(sys.argv[2], 'wb', buffering=0) as output:
    while True:
        ready, _, _ = select.select([master, keyboard], [], [])
        if keyboard in ready:
            typed = os.read(keyboard, 4096)
            if typed.startswith(b'resize '):
                rows, columns = map(int, typed.split()[1:3])
                fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
            else:
                os.write(master, typed)
        if master in ready:
            try:
                said = os.read(master, 4096)
            except OSError:  # EIO: nobody has the other side open any more.
                break
            if not said:
                break
            output.write(said)
