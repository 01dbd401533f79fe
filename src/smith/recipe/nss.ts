import type { Identity } from './identity.ts';

/** What the C library reads to turn names into numbers: contents by path. */
export type NssFiles = Readonly<Record<'/etc/passwd' | '/etc/group' | '/etc/nsswitch.conf', string>>;

/** Homes are where a microcontainer may write; none of these is there to log in (nss.go of the original). */
const system = ['root', 'daemon', 'bin', 'sys'];
const systemGroups = [...system, 'adm', 'tty'];
const HOME = '/write';
const SHELL = '/sbin/nologin';

/** passwd(5), group(5) and nsswitch.conf(5) for an image that knows its own user. */
export function nssFiles({ uid, gid, name, group, groups }: Identity): NssFiles {
  const users = system.map((user, id) => passwdLine(user, id, id));
  if (!system.includes(name)) users.push(passwdLine(name, uid, gid));
  const own = systemGroups.map((one, id) => `${one}:x:${id}:`);
  if (!systemGroups.includes(group)) own.push(`${group}:x:${gid}:`);
  return {
    '/etc/passwd': lines(users),
    '/etc/group': lines([...own, ...groups.map((extra) => `${extra.name}:x:${extra.gid}:${name}`)]),
    '/etc/nsswitch.conf': lines(['passwd: files', 'shadow: files', 'group: files', 'hosts: files dns']),
  };
}

function passwdLine(name: string, uid: number, gid: number): string {
  return [name, 'x', uid, gid, name, HOME, SHELL].join(':');
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
