import type { flagTables } from './ops.ts';

type Attr = keyof (typeof flagTables)['attr'];
type Superblock = keyof (typeof flagTables)['superblock'];
type PropagationFlag = keyof (typeof flagTables)['propagation'];

/** Attributes of a mount that are to be set and cleared; the atime modes are one field, cleared as `atime`. */
export interface AttrChange {
  readonly set: readonly Attr[];
  readonly clear: readonly Attr[];
}

export interface MountOptions {
  readonly bind: boolean;
  /** Of the bind: `rbind`. */
  readonly recursive: boolean;
  readonly remount: boolean;
  /** For the mount itself, and for it with all mounts below (`rro` and the like). */
  readonly attr: AttrChange;
  readonly attrRecursive: AttrChange;
  readonly superblock: readonly Superblock[];
  /** In the order given: `slave` and then `shared` is a mount that is both. */
  readonly propagation: readonly (readonly PropagationFlag[])[];
  readonly idmap: 'no' | 'idmap' | 'ridmap';
  readonly copyUp: boolean;
  /** What is not in the specification's table: options of the file system. */
  readonly data: readonly string[];
}

const plain = (attr: Attr): AttrChange => ({ set: [attr], clear: [] });
const cleared = (attr: Attr): AttrChange => ({ set: [], clear: [attr] });
const atimeMode = (attr: Attr): AttrChange => ({ set: [attr], clear: ['atime'] });

/** relatime is the kernel's default, which the negations fall back to. */
const attributes: Readonly<Record<string, AttrChange>> = {
  ro: plain('ro'),
  rw: cleared('ro'),
  nosuid: plain('nosuid'),
  suid: cleared('nosuid'),
  nodev: plain('nodev'),
  dev: cleared('nodev'),
  noexec: plain('noexec'),
  exec: cleared('noexec'),
  nodiratime: plain('nodiratime'),
  diratime: cleared('nodiratime'),
  nosymfollow: plain('nosymfollow'),
  symfollow: cleared('nosymfollow'),
  relatime: atimeMode('relatime'),
  norelatime: atimeMode('relatime'),
  noatime: atimeMode('noatime'),
  atime: atimeMode('relatime'),
  strictatime: atimeMode('strictatime'),
  nostrictatime: atimeMode('relatime'),
};

const superblocks: Readonly<Record<string, readonly [Superblock, boolean]>> = {
  sync: ['sync', true],
  async: ['sync', false],
  dirsync: ['dirsync', true],
  mand: ['mand', true],
  nomand: ['mand', false],
  lazytime: ['lazytime', true],
  nolazytime: ['lazytime', false],
  iversion: ['iversion', true],
  noiversion: ['iversion', false],
  silent: ['silent', true],
  loud: ['silent', false],
};

export const propagations: Readonly<Record<string, readonly PropagationFlag[]>> = {
  private: ['private'],
  rprivate: ['private', 'rec'],
  shared: ['shared'],
  rshared: ['shared', 'rec'],
  slave: ['slave'],
  rslave: ['slave', 'rec'],
  unbindable: ['unbindable'],
  runbindable: ['unbindable', 'rec'],
};

/** Reads the options of a mount by the table of runtime-spec; of two that contradict each other the later one counts. */
export function parseMountOptions(options: readonly string[]): MountOptions {
  const attr = new AttrField();
  const attrRecursive = new AttrField();
  const superblock = new Set<Superblock>();
  const words = new Set<string>();
  const propagation: (readonly PropagationFlag[])[] = [];
  const data: string[] = [];
  for (const option of options) {
    const own = lookUp(attributes, option);
    const recursive = option.startsWith('r') ? lookUp(attributes, option.slice(1)) : undefined;
    const flag = lookUp(superblocks, option);
    const propagated = lookUp(propagations, option);
    if (own) attr.apply(own);
    else if (recursive) attrRecursive.apply(recursive);
    else if (flag) flag[1] ? superblock.add(flag[0]) : superblock.delete(flag[0]);
    else if (propagated) propagation.push(propagated);
    else if (plainWords.has(option)) words.add(option);
    else data.push(...splitData(option));
  }
  return {
    bind: words.has('bind') || words.has('rbind'),
    recursive: words.has('rbind'),
    remount: words.has('remount'),
    attr: attr.change(),
    attrRecursive: attrRecursive.change(),
    superblock: [...superblock],
    propagation,
    idmap: words.has('ridmap') ? 'ridmap' : words.has('idmap') ? 'idmap' : 'no',
    copyUp: words.has('tmpcopyup'),
    data,
  };
}

/** Without what every object inherits: `constructor` is no option. */
function lookUp<T>(table: Readonly<Record<string, T>>, option: string): T | undefined {
  return Object.hasOwn(table, option) ? table[option] : undefined;
}

const plainWords = new Set(['bind', 'rbind', 'remount', 'defaults', 'idmap', 'ridmap', 'tmpcopyup']);

const atimeModes: readonly Attr[] = ['relatime', 'noatime', 'strictatime'];

class AttrField {
  readonly #set = new Set<Attr>();
  readonly #clear = new Set<Attr>();

  apply({ set, clear }: AttrChange): void {
    for (const attr of clear) {
      this.#clear.add(attr);
      for (const other of attr === 'atime' ? atimeModes : [attr]) this.#set.delete(other);
    }
    for (const attr of set) {
      this.#set.add(attr);
      this.#clear.delete(attr);
    }
  }

  change(): AttrChange {
    return { set: [...this.#set], clear: [...this.#clear] };
  }
}

/** `size=64k,mode=755` is two options; commas within quotes (SELinux contexts) separate nothing. */
function splitData(option: string): string[] {
  return (option.match(/(?:"[^"]*"|[^,])+/g) ?? []).map(String);
}
