// containerd's config.toml: enters the runtime handler `railcar` of the CRI plugin, or takes out exactly that entry.
//
//   containerd-toml.mjs add FILE PATH      prints `created`, `added BACKUP` or `unchanged`
//   containerd-toml.mjs remove FILE PATH   prints `removed`, `emptied` (it was made for this) or `unchanged`
//
// The entry is a block of lines at the end; not a byte before it changes. A file of its own that `imports` names would be
// kinder, but until 2.x containerd takes what such a file says of a plugin for all there is to say of it, so that the
// administrator's settings of the plugin would be lost. What containerd, if it is here, does not read, or reads so that
// anything else differs, is not written. The file is replaced by rename; an error leaves it as it was.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { backUp, placeOf, replaceFile } from './edited-file.mjs';

const begin = '# railcar: entered by install.sh --containerd; install.sh --uninstall takes out the lines up to the last of railcar';
const end = '# railcar: the last line';
const fresh = 'version = 2\n';

const [verb, name, path] = process.argv.slice(2);
const file = placeOf(name);

try {
  console.log({ add, remove }[verb]());
} catch (error) {
  console.error(`${name}: ${error.message}`);
  process.exit(1);
}

function add() {
  if (!existsSync(file)) {
    replaceFile(file, fresh + block(fresh));
    return 'created';
  }
  const text = readFileSync(file, 'utf8');
  const [before, ours, after] = parts(text);
  if (ours === block(before)) return 'unchanged';
  const others = before + after;
  if (/runtimes\.["']?railcar["']?\s*[\].]/.test(others)) {
    throw new Error('has another runtime called "railcar" already; it was left as it is');
  }
  const next = others + block(others);
  check(others, next);
  const backup = backUp(file);
  replaceFile(file, next);
  return `added ${backup}`;
}

function remove() {
  if (!existsSync(file)) return 'unchanged';
  const text = readFileSync(file, 'utf8');
  const [before, ours, after] = parts(text);
  if (!ours.includes(JSON.stringify(path))) return 'unchanged';
  if (/^\s*default_runtime_name\s*=\s*["']railcar["']/m.test(before + after)) {
    throw new Error('"default_runtime_name" is railcar; choose another one first. It was left as it is');
  }
  replaceFile(file, before + after);
  return before + after === fresh ? 'emptied' : 'removed';
}

/** What is before the block, the block, what somebody has put behind it. */
function parts(text) {
  const from = text.indexOf(`\n${begin}\n`);
  if (from < 0) return [text, '', ''];
  const to = text.indexOf(`\n${end}\n`, from);
  if (to < 0) throw new Error(`the line "${end}" is missing; it was left as it is`);
  const after = to + end.length + 2;
  return [text.slice(0, from), text.slice(from, after), text.slice(after)];
}

/** It begins with an end of line, so that taking it out also restores a file whose last line had none. */
function block(text) {
  const runtimes = `plugins."${plugin(text)}".containerd.runtimes`;
  // Until 2.x a file that has a runtime of its own loses the one that containerd has without being told.
  const runc = /runtimes\.["']?\w/.test(text) ? '' : `[${runtimes}.runc]\n  runtime_type = "io.containerd.runc.v2"\n`;
  // Whoever lets systemd make the cgroups of runc's containers wants it for these, too.
  const systemd = /^\s*SystemdCgroup\s*=\s*true/m.test(text) ? '    SystemdCgroup = true\n' : '';
  return `
${begin}
${runc}[${runtimes}.railcar]
  runtime_type = "io.containerd.runc.v2"
  [${runtimes}.railcar.options]
    BinaryName = ${JSON.stringify(path)}
    Root = "/run/containerd/railcar"
${systemd}${end}
`;
}

/** The name that the CRI plugin has in this version of the file. */
function plugin(text) {
  const top = text.split(/^\s*\[/m, 1)[0];
  const version = /^\s*version\s*=\s*(\d+)/m.exec(top)?.[1];
  const known = { 2: 'io.containerd.grpc.v1.cri', 3: 'io.containerd.cri.v1.runtime' }[version];
  if (known !== undefined) return known;
  throw new Error(`is not of version 2 or 3 (${version ?? 'it has no "version"'}); it was left as it is. See: containerd config migrate`);
}

/** That containerd reads the new file, and reads it as the old one with the runtime added. */
function check(before, after) {
  if (/^\s*disabled_plugins\s*=\s*\[[^\]]*["'](io\.containerd\.grpc\.v1\.)?cri["']/m.test(before)) {
    throw new Error('switches the CRI plugin off ("disabled_plugins"); it was left as it is');
  }
  const was = dump(before);
  if (was === undefined) return;
  const is = dump(after);
  const rest = settings(is).filter((line) => !line.includes('.runtimes.railcar'));
  if (rest.length === settings(is).length || rest.join('\n') !== settings(was).join('\n')) {
    throw new Error('containerd would not read it as meant; it was left as it is');
  }
}

/** Each with its table. A setting that is empty is the same as none. */
function settings(text) {
  let table = '';
  const all = [];
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line.startsWith('[')) table = line;
    else if (line !== '' && !/ = (""|''|0|false|\[\])$/.test(line)) all.push(`${table} ${line}`);
  }
  return all.sort();
}

/** What containerd makes of it; nothing if there is none. */
function dump(text) {
  const candidate = `${file}.railcar-new`;
  writeFileSync(candidate, text, { mode: 0o600 });
  try {
    return execFileSync('containerd', ['--config', candidate, 'config', 'dump'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`containerd does not read it (${String(error.stderr).trim().split('\n').at(-1)}); it was left as it is`);
  } finally {
    rmSync(candidate, { force: true });
  }
}
