import { expect, test } from 'vitest';
import { parseLog } from '../../src/cli/log.ts';
import { logDatagram } from '../../src/log/socket.ts';

test.each([
  [null, { path: null, format: 'json' }],
  ['', { path: null, format: 'json' }],
  ['/l', { path: '/l', format: 'json' }],
  ['file:l:x', { path: 'l:x', format: 'json' }],
  ['./journald:x', { path: './journald:x', format: 'json' }],
  ['journald:podman', { daemon: 'journald', identifier: 'podman' }],
  ['syslog:a b\nc', { daemon: 'syslog', identifier: 'a_b_c' }],
  ['syslog:', { daemon: 'syslog', identifier: 'railcar' }],
])('--log=%j', (log, target) => {
  expect(parseLog(log, 'json')).toEqual(target);
});

test('a message cannot forge another field, nor a second datagram', () => {
  const message = 'one\nPRIORITY=0\0<0>two';
  expect(logDatagram('journald', 'id', 7, { level: 'error', message })).toBe(
    '\0MESSAGE=one PRIORITY=0 <0>two\nPRIORITY=3\nSYSLOG_IDENTIFIER=id\n',
  );
  expect(logDatagram('syslog', 'id', 7, { level: 'warning', message })).toBe(
    '\0<28>id[7]: one PRIORITY=0 <0>two',
  );
});
