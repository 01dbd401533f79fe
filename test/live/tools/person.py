"""Runs a command on a terminal of its own and acts as the person in front of it.

person.py [STEP...] -- COMMAND...

Steps are taken in order:
  size=ROWSxCOLUMNS    the size of the terminal; before the first `expect` it holds from the start
  expect=TEXT          waits until the terminal has said TEXT (since the last expect)
  type=TEXT            types TEXT; \\n, \\r, \\x03 and the like are understood
  signal=NAME          sends a signal to the command
  modes=NAME           prints whether the terminal is raw or cooked on standard error as `NAME: raw`

Prints what the terminal said, without carriage returns, and exits with the command's exit status (128+n for a
signal), or 98 if an expected text did not come within ten seconds.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

split = sys.argv.index('--')
steps = [step.split('=', 1) for step in sys.argv[1:split]]
command = sys.argv[split + 1:]


def resize(fd, text):
    rows, columns = map(int, text.split('x'))
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))


master, slave = pty.openpty()
resize(master, '24x80')
while steps and steps[0][0] == 'size':
    resize(master, steps.pop(0)[1])
pid = os.fork()
if pid == 0:
    os.close(master)
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in range(3):
        os.dup2(slave, fd)
    os.closerange(3, 64)
    os.execvp(command[0], command)

said = b''
seen = 0


def listen(seconds):
    """Reads what comes; false when the command's side is closed."""
    global said
    ready, _, _ = select.select([master], [], [], seconds)
    if not ready:
        return True
    try:
        data = os.read(master, 4096)
    except OSError:
        return False
    said += data
    return bool(data)


def finish(status):
    sys.stdout.write(said.replace(b'\r', b'').decode(errors='replace'))
    sys.stdout.flush()
    os._exit(status)


for name, value in steps:
    if name == 'expect':
        wanted = value.encode()
        deadline = time.monotonic() + 10
        while wanted not in said[seen:]:
            if not listen(0.05) or time.monotonic() > deadline:
                sys.stderr.write(f'not seen on the terminal: {value}\n')
                os.kill(pid, signal.SIGKILL)
                finish(98)
        seen = said.index(wanted, seen) + len(wanted)
    elif name == 'type':
        os.write(master, value.encode().decode('unicode_escape').encode('latin-1'))
    elif name == 'size':
        resize(master, value)
    elif name == 'signal':
        os.kill(pid, getattr(signal, value))
    elif name == 'modes':
        cooked = termios.tcgetattr(slave)[3] & termios.ICANON
        sys.stderr.write(f'{value}: {"cooked" if cooked else "raw"}\n')

# This side keeps the slave open, so the end is the command's exit and not the end of the terminal.
deadline = time.monotonic() + 20
while True:
    done, status = os.waitpid(pid, os.WNOHANG)
    if done:
        break
    if time.monotonic() > deadline:
        sys.stderr.write('the command does not end\n')
        os.kill(pid, signal.SIGKILL)
        finish(98)
    listen(0.02)
while select.select([master], [], [], 0.05)[0] and listen(0):
    pass
finish(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))
