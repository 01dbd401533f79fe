import { describe, expect, test } from 'vitest';
import { mountOptionNames, parseMountOptions } from '../../src/plan/mountOptions.ts';

const set = (...options: string[]) => parseMountOptions(options).attr;

/** The Linux mount options of runtime-spec's config.md; every one has to be understood. */
const specified =
  `async atime bind defaults dev diratime dirsync exec iversion lazytime loud mand noatime nodev
  nodiratime noexec noiversion nolazytime nomand norelatime nostrictatime nosuid nosymfollow private ratime rbind rdev
  rdiratime relatime remount rexec rnoatime rnodev rnodiratime rnoexec rnorelatime rnostrictatime rnosuid rnosymfollow
  ro rprivate rrelatime rro rrw rshared rslave rstrictatime rsuid rsymfollow runbindable rw shared silent slave
  strictatime suid symfollow sync tmpcopyup unbindable idmap ridmap`.split(/\s+/);

describe('the options of runtime-spec', () => {
  test.each(specified)('%s is none of the file system', (option) => {
    expect(parseMountOptions([option]).data).toEqual([]);
  });

  test('are all that is known by name', () => {
    expect(mountOptionNames.filter((option) => !specified.includes(option))).toEqual([]);
  });
});

test('what is set is set, what is negated is cleared', () => {
  expect(set('ro', 'nosuid', 'dev')).toEqual({ set: ['ro', 'nosuid'], clear: ['nodev'] });
});

test('the later of two contradictions counts', () => {
  expect(set('ro', 'rw')).toEqual({ set: [], clear: ['ro'] });
  expect(set('rw', 'ro')).toEqual({ set: ['ro'], clear: [] });
  expect(parseMountOptions(['sync', 'async', 'dirsync']).superblock).toEqual(['async', 'dirsync']);
});

test('access time modes are one field', () => {
  expect(set('noatime')).toEqual({ set: ['noatime'], clear: ['atime'] });
  expect(set('noatime', 'strictatime')).toEqual({ set: ['strictatime'], clear: ['atime'] });
  expect(set('noatime', 'atime')).toEqual({ set: ['relatime'], clear: ['atime'] });
  expect(set('nodiratime', 'noatime').set).toEqual(['nodiratime', 'noatime']);
});

test('a flag of the file system and its opposite: the later one is asked for', () => {
  const flags = (...options: string[]) => parseMountOptions(options).superblock;
  expect(flags('lazytime', 'silent', 'nolazytime', 'loud')).toEqual(['nolazytime', 'loud']);
  expect(flags('nomand', 'mand', 'noiversion', 'iversion')).toEqual(['mand', 'iversion']);
});

test('recursive attributes are apart', () => {
  const { attr, attrRecursive } = parseMountOptions(['ro', 'rnosuid', 'rexec', 'rrelatime']);
  expect(attr).toEqual({ set: ['ro'], clear: [] });
  expect(attrRecursive).toEqual({ set: ['nosuid', 'relatime'], clear: ['noexec', 'atime'] });
});

test('bind, rbind, propagation in its order', () => {
  expect(parseMountOptions(['bind'])).toMatchObject({ bind: true, recursive: false });
  expect(parseMountOptions(['rbind', 'rslave', 'shared'])).toMatchObject({
    bind: true,
    recursive: true,
    propagation: [['slave', 'rec'], ['shared']],
  });
});

test('everything else is data; commas separate, except within quotes', () => {
  const { data } = parseMountOptions(['nosuid', 'mode=755,size=64k', 'context="a:b,c",uid=1', 'nr_inodes=2']);
  expect(data).toEqual(['mode=755', 'size=64k', 'context="a:b,c"', 'uid=1', 'nr_inodes=2']);
});

test('names of Object.prototype are not options', () => {
  expect(parseMountOptions(['constructor', 'toString', 'rtoString']).data).toHaveLength(3);
});
