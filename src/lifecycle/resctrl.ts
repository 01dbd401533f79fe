import type { LinuxSpec } from '../config/config.ts';
import type { Hands } from '../execute/hands.ts';
import { file, readNamed, textOf } from '../execute/reads.ts';
import { classDirectory, type Resctrl } from '../plan/intelRdt.ts';

/** Asked for only if config.json is: otherwise nobody may touch resctrl. Null: it is not mounted. */
export async function resctrlOf(
  rdt: LinuxSpec['intelRdt'],
  id: string,
  mountinfo: string,
  hands: Hands,
): Promise<Resctrl | null> {
  const mountPoint = rdt && mountPointOf(mountinfo);
  if (rdt === undefined || mountPoint === undefined) return null;
  const directory = classDirectory(rdt, id, mountPoint);
  const { schemata } = await readNamed(hands, { schemata: file(`${directory}/schemata`) });
  return { mountPoint, schemata: textOf(schemata) ?? null };
}

function mountPointOf(mountinfo: string): string | undefined {
  const line = mountinfo.split('\n').findLast((each) => each.includes(' - resctrl '));
  return line?.split(' ')[4];
}
