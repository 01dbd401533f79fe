import { RailcarError } from '../../errors.ts';
import { sha256Of } from '../image/digest.ts';
import { openFile } from '../image/files.ts';
import type { Workspace } from '../image/workspace.ts';
import type { Package } from '../packages/package.ts';
import { sliceContent } from '../tree/content.ts';
import { quoteName } from '../tree/name.ts';
import type { Content } from '../tree/node.ts';
import { rpmError } from './error.ts';
import { filesOf, type RpmFile } from './files.ts';
import { Header, headerSize, INTRO } from './header.ts';
import { tags } from './tags.ts';

/** A package file, up to its payload. */
export interface RpmPackage {
  /** For messages. */
  readonly what: string;
  readonly header: Header;
  readonly about: Package;
  readonly files: readonly RpmFile[];
  /** Compressed. */
  readonly payload: Content;
}

const LEAD = 96;
const LEAD_MAGIC = 'edabeedb';
/** Before each of the two headers: a magic number, a version, and four bytes of nothing. */
const MAGIC = '8eade801';
const MAGIC_SIZE = 8;

/**
 * Opens a package file (rpm's docs/manual/format_v4.md): a lead that nobody needs any more, a header of signatures, which
 * whoever got the package has verified, the header, and the files.
 *
 * @throws {RailcarError} `image-invalid`, `image-missing`
 */
export function openRpm(path: string, workspace: Workspace): RpmPackage {
  const what = `package ${quoteName(path)}`;
  const content = openFile(path, workspace);
  if (content === undefined) throw new RailcarError('image-missing', `cannot read ${what}: no such file`);
  if (Buffer.from(content.read(0, 4)).toString('hex') !== LEAD_MAGIC)
    throw rpmError(what, 'it is no RPM package');
  const signatures = headerAt(content, LEAD, what);
  // That one alone is filled up.
  const main = headerAt(content, Math.ceil(signatures.end / 8) * 8, what);
  const header = new Header(main.bytes, what);
  if (header.text(tags.sourcePackage) === null)
    throw rpmError(what, 'it is a package of sources, which nothing can be copied from');
  const about = packageOf(header);
  if (about === null) throw rpmError(what, 'it says neither name nor version');
  return {
    what,
    header,
    about: { ...about, sha256: sha256Of(content) },
    files: filesOf(header, what),
    payload: sliceContent(content, main.end, content.size - main.end),
  };
}

/** Null: what describes no package, such as the keys that an installed system trusts. */
export function packageOf(header: Header): Package | null {
  const [name, version, release] = [tags.name, tags.version, tags.release].map((tag) => header.text(tag));
  if (!name || !version || name === 'gpg-pubkey') return null;
  const epoch = header.number(tags.epoch);
  return {
    type: 'rpm',
    name,
    version: `${epoch ? `${epoch}:` : ''}${version}${release ? `-${release}` : ''}`,
    architecture: header.text(tags.architecture) ?? 'noarch',
    source: sourceOf(header.text(tags.sourcePackage)),
    license: header.text(tags.license),
    maintainer: header.text(tags.packager) ?? header.text(tags.vendor),
  };
}

/** `coreutils-9.1-1.src.rpm`: neither version nor release have a `-`. */
function sourceOf(file: string | null): Package['source'] {
  const [, name, version] = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(file ?? '') ?? [];
  return name && version ? { name, version } : null;
}

function headerAt(content: Content, at: number, what: string): { bytes: Buffer; end: number } {
  const intro = Buffer.from(content.read(at, MAGIC_SIZE + INTRO));
  if (intro.toString('hex', 0, 4) !== MAGIC) throw rpmError(what, 'a header is not where it should be');
  const { size } = headerSize(intro.subarray(MAGIC_SIZE), what);
  const bytes = Buffer.from(content.read(at + MAGIC_SIZE, size));
  return { bytes, end: at + MAGIC_SIZE + size };
}
