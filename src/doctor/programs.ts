import { absent, type Check, limited, ok } from './check.ts';

/** What CRIU said of itself and of this kernel. */
export interface Criu {
  readonly path: string;
  readonly version: string;
  /** Null: its check succeeded. */
  readonly complaint: string | null;
}

export function criuCheck(criu: Criu | null): Check {
  if (criu === null) {
    return absent(
      'CRIU',
      'not installed: no checkpoint and restore',
      'install criu, 4.0 or newer for new kernels',
    );
  }
  const found = `${criu.path} ${criu.version}`;
  if (criu.complaint === null) return ok('CRIU', found);
  return limited('CRIU', `${found}: ${criu.complaint}`, `"${criu.path} check" shows what is lacking`);
}

/** Release lines that upstream keeps (https://nodejs.org/en/about/previous-releases): the ones that railcar is tested on. */
const OLDEST_NODE = 20;

export function nodeCheck(version: string): Check {
  const major = Number(version.split('.')[0]);
  if (major >= OLDEST_NODE) return ok('Node', version);
  return limited('Node', `${version} is older than ${OLDEST_NODE}`, './install.sh --engine PATH');
}

export function libseccompCheck(version: string | null): Check {
  if (version === null) {
    return absent('libseccomp', 'cannot be loaded: no filters', 'apt-get install libseccomp2');
  }
  return ok('libseccomp', version);
}

/** `way`: how this command was served, in words. */
export function standbyCheck(served: boolean, way: string): Check {
  if (served) return ok('standby', 'running');
  return absent('standby', way, 'railcar standby --detach makes every command faster');
}

/** Where the records are kept. */
export function rootCheck(root: string, uid: number, owner: number | undefined): Check {
  if (uid === 0 || owner === uid) return ok('state', root);
  return limited(
    'state',
    `${root} belongs to somebody else, or is not there yet`,
    'XDG_RUNTIME_DIR, which pam_systemd sets, or --root',
  );
}
