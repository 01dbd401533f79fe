import { RailcarError } from '../../errors.ts';
import { wholeContent } from '../tree/content.ts';
import type { Tree } from '../tree/tree.ts';

export interface ResolvedUser {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids: readonly number[];
  /** From the image's passwd; `/` if it says nothing. */
  readonly home: string;
}

interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

const MAX_ID = 0xffff_fffe;

/**
 * `Config.User` in the image's own passwd and group (config.md): `user`, `uid`, `user:group` and so on. Supplementary
 * groups count only where no group is named.
 *
 * @throws RailcarError `image-invalid` if a name is not there
 */
export function resolveUser(tree: Tree, user: string): ResolvedUser {
  const [userPart = '', groupPart, ...more] = user.split(':');
  if (more.length > 0) throw unknown(user, 'it is like "user", "uid", "user:group" or "uid:gid"');
  const account = accountOf(tree, user, userPart === '' ? '0' : userPart);
  const groups = groupPart === undefined || groupPart === '' ? null : groupPart;
  if (groups !== null) {
    return { ...account, gid: groupOf(tree, user, groups), additionalGids: [] };
  }
  const additional = readGroups(tree).filter(
    ({ members }) => account.name !== '' && members.includes(account.name),
  );
  const gids = [...new Set(additional.map(({ gid }) => gid))].filter((gid) => gid !== account.gid);
  return {
    uid: account.uid,
    gid: account.gid,
    home: account.home,
    additionalGids: gids.sort((a, b) => a - b),
  };
}

function accountOf(tree: Tree, user: string, part: string): Account {
  const accounts = lines(tree, '/etc/passwd', 7).map(([name = '', , uid, gid, , home]): Account => {
    return { name, uid: Number(uid), gid: Number(gid), home: home || '/' };
  });
  const id = numeric(part);
  const found = accounts.find(({ name }) => name === part) ?? accounts.find(({ uid }) => uid === id);
  if (found !== undefined) return found;
  if (id === null) throw unknown(user, `no user "${part}" is in the image's /etc/passwd`);
  return { name: '', uid: id, gid: 0, home: '/' };
}

function groupOf(tree: Tree, user: string, part: string): number {
  const found = readGroups(tree).find(({ name }) => name === part)?.gid ?? numeric(part);
  if (found === null) throw unknown(user, `no group "${part}" is in the image's /etc/group`);
  return found;
}

function readGroups(tree: Tree): Group[] {
  return lines(tree, '/etc/group', 4).map(([name = '', , gid, members = '']) => {
    return { name, gid: Number(gid), members: members.split(',') };
  });
}

/** Lines of which the third field is a number; others mean nothing to anybody. */
function lines(tree: Tree, path: string, fields: number): string[][] {
  const { node } = tree.resolve(path);
  if (node?.kind !== 'file' || node.content.size > 2 ** 22) return [];
  return wholeContent(node.content)
    .toString('utf8')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.split(':').slice(0, fields))
    .filter(([, , id = '', gid = '0']) => numeric(id) !== null && (fields < 7 || numeric(gid) !== null));
}

function numeric(text: string): number | null {
  return /^[0-9]{1,10}$/.test(text) && Number(text) <= MAX_ID ? Number(text) : null;
}

function unknown(user: string, reason: string): RailcarError {
  return new RailcarError('image-invalid', `cannot find user ${JSON.stringify(user)}: ${reason}`);
}
