import type { Process } from '../config/config.ts';
import type { Hands } from '../execute/hands.ts';
import { exists, file, isThere, readNamed, textOf } from '../execute/reads.ts';
import type { SecurityModules } from '../plan/labels.ts';

/** Costs a round trip, so it is asked for only if a label is to be set. */
export async function securityModules(
  { apparmorProfile, selinuxLabel }: Process,
  hands: Hands,
  mountLabel?: string,
): Promise<SecurityModules> {
  if (!apparmorProfile && !selinuxLabel && !mountLabel) return { apparmor: false, selinux: false };
  const found = await readNamed(hands, {
    apparmor: file('/sys/module/apparmor/parameters/enabled'),
    selinux: exists('/sys/fs/selinux/enforce'),
  });
  return { apparmor: textOf(found.apparmor) === 'Y', selinux: isThere(found.selinux) };
}
