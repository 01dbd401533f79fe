import { PlanError } from '../plan/error.ts';
import type { CgroupHost } from './host.ts';

/** There while systemd is the init of this host. */
export const SYSTEMD_MARK = '/run/systemd/system';

/** `--systemd-cgroup`: checks what the caller wants, then says why it cannot be had. */
export function refuseSystemd(cgroupsPath: string | undefined, host: CgroupHost): never {
  const origin = 'linux.cgroupsPath';
  if (cgroupsPath !== undefined && cgroupsPath !== '' && cgroupsPath.split(':').length !== 3) {
    throw new PlanError(
      'config-invalid',
      origin,
      `expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got "${cgroupsPath}" instead`,
    );
  }
  const running = host.files[SYSTEMD_MARK] !== undefined;
  throw new PlanError(
    running ? 'config-unsupported' : 'host-unsupported',
    '--systemd-cgroup',
    !running
      ? 'systemd is not running on this host'
      : 'this version of railcar cannot ask systemd for a cgroup; run it without --systemd-cgroup',
  );
}
