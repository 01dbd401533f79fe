import type { Config } from '../config/config.ts';
import { childPath } from '../config/path.ts';
import type { StubOp } from './ops.ts';

/** `linux.sysctl` in the order of config.json. */
export function sysctlOps(config: Config): StubOp[] {
  return Object.entries(config.linux?.sysctl ?? {}).map(([key, value]) => ({
    op: 'sysctl',
    path: sysctlPath(key),
    value,
    origin: childPath('linux.sysctl', key),
  }));
}

/**
 * As sysctl(8) reads it: whichever of dot and slash comes first separates, and the other one stands for it inside a
 * name (`net.ipv4.conf.eth0/1.forwarding`, `net/ipv4/conf/eth0.1/forwarding`).
 */
export function sysctlPath(key: string): string {
  const separator = /[./]/.exec(key)?.[0];
  if (separator !== '.') return key;
  return key.replace(/[./]/g, (found) => (found === '.' ? '/' : '.'));
}
