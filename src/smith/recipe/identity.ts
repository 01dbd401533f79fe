import type { Recipe } from './schema.ts';

export interface Group {
  readonly name: string;
  readonly gid: number;
}

/** Who the image's process is, and so whose every file in it is. */
export interface Identity {
  /** `config.User` of the image, as smith.yaml has it. */
  readonly configured: string;
  readonly uid: number;
  readonly gid: number;
  /** Their entries in passwd and group. */
  readonly name: string;
  readonly group: string;
  /** Further groups, of which the user is a member. */
  readonly groups: readonly Group[];
  /** Names have to be looked up by whoever starts the image. */
  readonly needsNames: boolean;
}

/** Nobody's on any distribution, and so the original's. */
const DEFAULT_ID = 10;
const DEFAULT_NAME = 'smith';
/** uids and gids are 32 bits, and the last one means "no change" (setuid(2)). */
const MOST = 4_294_967_294;

/** `user`, `root` and `groups` of a recipe. A name gets the number 10, whatever it is; a group without one that of its user. */
export function identityOf({ user, root = false, groups = [] }: Recipe): Identity {
  const configured = user ?? (root ? '0:0' : `${DEFAULT_ID}:${DEFAULT_ID}`);
  const [who = '', which] = configured.split(':');
  const uid = numberOf(who) ?? DEFAULT_ID;
  const gid = which === undefined ? uid : (numberOf(which) ?? uid);
  return {
    configured,
    uid,
    gid,
    name: nameOf(who, uid),
    group: which === undefined || isNumber(which) ? nameOf(who, gid) : which,
    groups: groups.map((name, index) => ({ name, gid: gid + 1 + index })),
    needsNames: !isNumber(who) || (which !== undefined && !isNumber(which)) || groups.length > 0,
  };
}

/** Null: no id that a kernel would take. */
export function numberOf(text: string): number | null {
  return isNumber(text) && Number(text) <= MOST ? Number(text) : null;
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}

function nameOf(text: string, id: number): string {
  if (!isNumber(text)) return text;
  return id === 0 ? 'root' : DEFAULT_NAME;
}
