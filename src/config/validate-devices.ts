import type { Device, LinuxSpec } from './config.ts';
import type { Findings } from './findings.ts';
import { childPath } from './path.ts';

/** Device nodes: each has its numbers and a place of its own. */
export function validateDevices({ devices = [] }: LinuxSpec, findings: Findings): void {
  const places = new Map<string, Device>();
  for (const [index, device] of devices.entries()) {
    const at = childPath('linux.devices', index);
    const { type, path, major, minor } = device;
    if (!path.startsWith('/')) {
      findings.problem(`${at}.path`, `must be an absolute path, not ${JSON.stringify(path)}`);
    }
    if (type !== 'p' && (major === undefined || minor === undefined)) {
      findings.problem(at, `a device of type ${JSON.stringify(type)} needs major and minor`);
    }
    const other = places.get(path);
    if (other !== undefined && identity(other) !== identity(device)) {
      findings.problem(at, `makes ${JSON.stringify(path)} a second time, as another device`);
    }
    places.set(path, device);
  }
}

/** `u` is an unbuffered character device: to Linux the same as `c`. */
function identity({ type, major, minor }: Device): string {
  return type === 'p' ? 'p' : `${type === 'u' ? 'c' : type} ${major}:${minor}`;
}
