"""Receives one pidfd over a Unix socket, as a caller of --pidfd-socket does.

recvpidfd.py SOCKET OUTPUT: writes what came with it, and the pid that it stands for, as `pid 42`, to OUTPUT.
"""
import array
import os
import socket
import sys

listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
listener.bind(sys.argv[1])
listener.listen(1)
connection, _ = listener.accept()
descriptors = array.array('i')
text, ancillary, _, _ = connection.recvmsg(4096, socket.CMSG_SPACE(descriptors.itemsize))
descriptors.frombytes(ancillary[0][2][:descriptors.itemsize])
with open(f'/proc/self/fdinfo/{descriptors[0]}', encoding='ascii') as info:
    pid = next(line.split()[1] for line in info if line.startswith('Pid:'))
with open(f'{sys.argv[2]}.new', 'w', encoding='ascii') as output:
    output.write(f'{text.decode()}\npid {pid}\n')
os.rename(f'{sys.argv[2]}.new', sys.argv[2])
