import { expect, test } from 'vitest';
import { page, read } from './counts.ts';

const first = `# guest bookworm-v2-apparmor
# date 2026-01-02
# commit abc1234
# Linux 6.1.0-1-cloud-amd64
# systemd 252
1..4
ok 1 a container is created in 2100ms
not ok 2 it is deleted in 12ms
# (in test file test/live/x.bats, line 3)
ok 3 SELinux denies # skip no SELinux here
ok 4 SELinux allows in 3ms # skip no SELinux here
1..2
ok 1 runtime-tools default
`;

test('counts what passed, failed, was skipped, and what never reported', () => {
  expect(page([read(first)])).toContain(
    '| bookworm-v2-apparmor | 2026-01-02 | abc1234 | 6.1.0-1-cloud-amd64 | 252 | 2 | 1 | 2 | 1 |',
  );
});

test('names what failed, and why what was skipped was', () => {
  expect(page([read(first)])).toContain('- it is deleted (bookworm-v2-apparmor)');
  expect(page([read(first)])).toContain('- no SELinux here (bookworm-v2-apparmor: 2)');
});

test('of one guest the last run of a test counts', () => {
  const second = first.replace('not ok 2', 'ok 2').replace('abc1234', 'def5678');
  expect(page([read(first), read(second)])).toContain(
    '| abc1234, def5678 | 6.1.0-1-cloud-amd64 | 252 | 3 | 0 |',
  );
});
