import type { ExecVerb } from '../cli/verbs.ts';
import type { Capabilities, Process } from '../config/config.ts';
import { RailcarError } from '../errors.ts';

/** The container's own process, changed as the options of `exec` say. */
export function composeProcess(own: Process, verb: ExecVerb): Process {
  if (verb.cwd !== null && !verb.cwd.startsWith('/')) {
    throw new RailcarError('usage', `--cwd: ${JSON.stringify(verb.cwd)} is not an absolute path`);
  }
  const { consoleSize: _, ...rest } = own;
  return {
    ...rest,
    terminal: verb.tty,
    args: verb.args,
    env: mergeEnv(own.env ?? [], verb.env),
    cwd: verb.cwd ?? own.cwd,
    user: userOf(own, verb),
    ...(verb.caps.length > 0 && { capabilities: withCapabilities(own.capabilities ?? {}, verb.caps) }),
    ...(verb.noNewPrivileges && { noNewPrivileges: true }),
    ...(verb.apparmor !== null && { apparmorProfile: verb.apparmor }),
    ...(verb.processLabel !== null && { selinuxLabel: verb.processLabel }),
  } as Process;
}

/** The last value of a name wins and stands where the first one stood, so that no program sees two. */
function mergeEnv(own: readonly string[], added: readonly string[]): string[] {
  const merged = new Map<string, string>();
  for (const entry of [...own, ...added]) merged.set(entry.split('=', 1)[0] ?? '', entry);
  return [...merged.values()];
}

function userOf({ user = {} }: Process, verb: ExecVerb): NonNullable<Process['user']> {
  const chosen =
    verb.user === null ? {} : { uid: verb.user.uid, ...(verb.user.gid !== null && { gid: verb.user.gid }) };
  const additionalGids = [...(user.additionalGids ?? []), ...verb.additionalGids];
  return { ...user, ...chosen, ...(additionalGids.length > 0 && { additionalGids }) };
}

/**
 * Never inheritable: a program with inheritable file capabilities would get them on execve (CVE-2022-29162). Ambient
 * ones are only possible for what is inheritable already.
 */
function withCapabilities(own: Capabilities, added: readonly string[]): Capabilities {
  const inheritable = own.inheritable ?? [];
  const union = (set: readonly string[] = [], more: readonly string[]) => [...new Set([...set, ...more])];
  const ambient = union(
    own.ambient,
    added.filter((name) => inheritable.includes(name)),
  );
  return {
    ...own,
    bounding: union(own.bounding, added),
    effective: union(own.effective, added),
    permitted: union(own.permitted, added),
    ...(ambient.length > 0 && { ambient }),
  };
}
