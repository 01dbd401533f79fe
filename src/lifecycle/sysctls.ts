import { invalid } from '../config/check.ts';
import type { Config, NamespaceType } from '../config/config.ts';
import { childPath } from '../config/path.ts';
import type { Positions } from '../config/positions.ts';
import { sysctlNamespace } from '../config/validate-sysctl.ts';
import type { Hands } from '../execute/hands.ts';
import { stat } from '../execute/reads.ts';

/** A setting of a namespace that is joined and turns out to be the caller's own would change the host. */
export async function refuseHostSettings(config: Config, positions: Positions, hands: Hands): Promise<void> {
  const settings = Object.keys(config.linux?.sysctl ?? {}).flatMap((name) => joined(config, name));
  if (settings.length === 0) return;
  const answers = await hands.read(
    settings.flatMap(({ type, path }) => [stat(path), stat(`/proc/self/ns/${procNames[type] ?? type}`)]),
  );
  for (const [index, { name, type }] of settings.entries()) {
    const [its, own] = answers.slice(2 * index, 2 * index + 2).map(identity);
    if (its === undefined || its !== own) continue;
    const at = childPath('linux.sysctl', name);
    throw invalid(at, `the ${type} namespace is the caller's own: it would change the host`, positions);
  }
}

interface Setting {
  readonly name: string;
  readonly type: NamespaceType;
  readonly path: string;
}

function joined(config: Config, name: string): Setting[] {
  const type = sysctlNamespace(name);
  const path = config.linux?.namespaces?.find((one) => one.type === type)?.path;
  return type === null || !path ? [] : [{ name, type, path }];
}

/** Where /proc/self/ns has another name. */
const procNames: Partial<Record<NamespaceType, string>> = { network: 'net', mount: 'mnt' };

/** Inode and type of the file system: all namespaces are in one, where no number is used twice. */
function identity({ errno, items }: { readonly errno: number; readonly items: readonly Uint8Array[] }) {
  const fields =
    errno === 0
      ? Buffer.from(items[0] ?? '')
          .toString()
          .split(' ')
      : [];
  return fields.length === 9 ? `${fields[5]} ${fields[8]}` : undefined;
}
