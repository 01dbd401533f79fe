#!/usr/bin/env python3
"""A standby that is none: listens on SOCKET and treats every launcher as MODE says. Once it listens, READY exists.

    close      hangs up at once              silent     takes the request and says nothing
    garbage    bytes that are no frame       huge       a frame of 1 GiB
    part       half a frame, then nothing    cut        half a frame, then hangs up
    trickle    a frame, a byte every 20 ms
    plan       a plan that does not decode   unknown    a message of an unknown type
    stdin      asks for standard input, then hangs up
    endless    asks for one thing after the other
    busy       listens, and accepts nobody
    later-X    asks for something, then does as X
    result-X   sends a plan that does nothing and wants to hear its result, then does as X
    finish     ends the command: prints "owned", exits with 42
    trace      the same, and has more to tell of its time than is so
"""
import os
import socket
import struct
import sys
import threading
import time

mode, path, ready = sys.argv[1:4]

READ, PLAN, FINISH = 11, 12, 13
after, _, mode = mode.rpartition('-')
number = lambda value: struct.pack('<Q', value)
text = lambda value: struct.pack('<I', len(value)) + value
many = lambda items: struct.pack('<I', len(items)) + b''.join(items)
frame = lambda kind, body: struct.pack('<IB', len(body) + 1, kind) + body
finish = frame(FINISH, number(42) + text(b'owned\n') + text(b'') * 3 + many([number(0), number(0xFFFF), number(0)]))

# Ages of spans, before the clock and beyond it, with names that are none.
lies = number(7) + many([text(b'\xff"\n' * 99) + text(b'') + number(2**64 - 1 - n) + number(n * n) for n in range(20000)])
programs = [text(struct.pack('<4sII', b'RCP1', 0, 0))] * 3
exists = frame(READ, many([number(8) + text(b'/') + text(b'') + number(0)]))
first = {
    '': b'',
    'later': exists,
    'result': frame(PLAN, many(programs) + finish[5:-8] + number(1)),
}

answers = {
    'close': b'',
    'endless': exists,
    'silent': b'',
    'garbage': os.urandom(4096),
    'huge': struct.pack('<IB', 1 << 30, FINISH) + bytes(100000),
    'part': finish[: len(finish) // 2],
    'cut': finish[: len(finish) // 2],
    'plan': frame(PLAN, many([text(b'\x01\xff\xff\xff')] * 4) + finish[5:]),
    'unknown': frame(99, b''),
    'stdin': frame(READ, many([number(5) + text(b'') + text(b'') + number(1 << 20)])),
    'finish': finish,
    'trace': frame(FINISH, finish[5:] + text(lies)),
}


def take(end):
    size = end.recv(4, socket.MSG_WAITALL)
    if len(size) < 4:
        raise ConnectionError('the launcher has hung up')
    end.recv(struct.unpack('<I', size)[0], socket.MSG_WAITALL)


def serve(end):
    try:
        if mode == 'close' and not after:
            end.close()
            return
        take(end)
        if after:
            end.sendall(first[after])
            take(end)
        while mode == 'endless':
            end.sendall(exists)
            take(end)
        if mode == 'trickle':
            for byte in finish:
                end.send(bytes([byte]))
                time.sleep(0.02)
            return
        end.sendall(answers[mode])
        if mode == 'stdin':
            end.recv(4)
        if mode in ('stdin', 'close', 'cut'):
            end.close()
        else:
            time.sleep(60)
    except OSError:
        pass


server = socket.socket(socket.AF_UNIX)
server.bind(path)
server.listen(0 if mode == 'busy' else 64)
waiting = []
while mode == 'busy' and len(waiting) < 2:
    waiting.append(socket.socket(socket.AF_UNIX))
    waiting[-1].setblocking(False)
    try:
        waiting[-1].connect(path)
    except BlockingIOError:
        break
open(ready, 'w').close()
while mode == 'busy':
    time.sleep(60)
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
