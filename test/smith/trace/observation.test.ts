import { expect, test } from 'vitest';
import { Records } from '../../../src/smith/trace/observation.ts';

function recorded(...lines: readonly string[]): Records {
  const records = new Records('/var/tmp/t/rootfs');
  // A byte at a time.
  for (const byte of Buffer.from(lines.map((line) => `${line}\0`).join('')))
    records.take(Uint8Array.of(byte));
  return records;
}

test('what the recorder says is sorted by what was done', () => {
  const records = recorded('ready', 'oxr /usr/bin/x', 'o /etc/a b', 'r /etc', 'ow /tmp/z', 'end');
  expect([...records.opened]).toEqual(['/usr/bin/x', '/etc/a b', '/tmp/z']);
  expect([...records.executed]).toEqual(['/usr/bin/x']);
  expect([...records.read]).toEqual(['/usr/bin/x', '/etc']);
  expect([...records.written]).toEqual(['/tmp/z']);
  expect(records.state).toBe('ended');
});

test('before the container has its root, paths are longer', () => {
  const records = recorded(
    'ready',
    'o /var/tmp/t/rootfs/etc/passwd',
    'r /var/tmp/t/rootfs',
    'o /var/tmp/t/rootfs2',
  );
  expect([...records.opened, ...records.read]).toEqual(['/etc/passwd', '/var/tmp/t/rootfs2', '/']);
  expect(records.state).toBe('ready');
});

test('names that are no text stay what they are', () => {
  const records = new Records('/r');
  records.take(Buffer.from('ready\0o /\xff\0', 'latin1'));
  expect([...records.opened]).toEqual(['/\udcff']);
});

test.each([
  ['failed read 75', 'cannot record what is opened: the kernel has lost some of the events'],
  ['failed fanotify_init 1', 'cannot record what is opened: this takes CAP_SYS_ADMIN of the host'],
  ['failed mount 22', 'cannot record what is opened: mount failed with error number 22'],
])('%s', (line, message) => {
  expect(() => recorded(line)).toThrow(message);
});
