import { mountOptionNames } from '../plan/mountOptions.ts';
import type { Mount, Spec } from './config.ts';
import type { Findings } from './findings.ts';
import { childPath } from './path.ts';
import { didYouMean, nearest } from './suggest.ts';

/** Options of file systems that containers mount, as their manual pages have them; of others nothing is known here. */
const dataOptions: Readonly<Record<string, readonly string[]>> = {
  tmpfs: (
    'size nr_blocks nr_inodes mode uid gid mpol huge inode32 inode64 noswap quota usrquota grpquota ' +
    'usrquota_block_hardlimit usrquota_inode_hardlimit grpquota_block_hardlimit grpquota_inode_hardlimit casefold ' +
    'strict_encoding context fscontext defcontext rootcontext'
  ).split(' '),
  devpts: ['newinstance', 'uid', 'gid', 'mode', 'ptmxmode', 'max', 'context', 'fscontext'],
  proc: ['hidepid', 'gid', 'subset', 'pidns'],
  mqueue: [],
  sysfs: [],
};

/** Mount points and options. What no table knows is for the kernel to judge, unless it is nearly a known word. */
export function adviseOnMounts({ mounts = [] }: Spec, findings: Findings): void {
  for (const [index, mount] of mounts.entries()) {
    const path = childPath('mounts', index);
    if (!mount.destination.startsWith('/') && mount.destination !== '') {
      findings.warn(`${path}.destination`, `is deprecated: write ${JSON.stringify(`/${mount.destination}`)}`);
    }
    if (isBind(mount)) adviseOnBind(mount, path, findings);
    else adviseOnOptions(mount, path, findings);
  }
}

function isBind({ type, options = [] }: Mount): boolean {
  return type === 'bind' || options.includes('bind') || options.includes('rbind');
}

/** These are errors because the plan refuses them as well. */
function adviseOnBind({ source, options = [] }: Mount, path: string, findings: Findings): void {
  if (!source) findings.problem(path, 'a bind mount needs a source');
  for (const [index, option] of options.entries()) {
    if (option === '' || mountOptionNames.includes(option)) continue;
    const meant = didYouMean(option, mountOptionNames);
    findings.problem(`${path}.options[${index}]`, `"${option}" is not an option of a bind mount${meant}`);
  }
}

function adviseOnOptions({ type = '', options = [] }: Mount, path: string, findings: Findings): void {
  const known = dataOptions[type];
  for (const [index, option] of options.entries()) {
    for (const word of option.split(',')) {
      const [name = ''] = word.split('=', 1);
      if (name === '' || mountOptionNames.includes(word) || known?.includes(name)) continue;
      const meant = nearest(name, [...mountOptionNames, ...(known ?? [])]);
      if (known === undefined && meant === null) continue;
      const end = meant === null ? 'the kernel may refuse it' : `did you mean ${JSON.stringify(meant)}?`;
      const of = known === undefined ? 'mounts' : `${type} mounts`;
      findings.warn(`${path}.options[${index}]`, `"${name}" is no known option of ${of}; ${end}`);
    }
  }
}
