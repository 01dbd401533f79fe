// Docker's daemon.json: enters the runtime `railcar`, or takes out exactly that entry.
//
//   daemon-json.mjs add FILE PATH      prints `created`, `added BACKUP` or `unchanged`
//   daemon-json.mjs remove FILE PATH   prints `removed`, `emptied` (nothing else is left in it) or `unchanged`
//
// Everything else in the file keeps its value, its order and the file's indentation. The file is replaced by rename,
// never half written. An error leaves it as it was.
import { existsSync, readFileSync } from 'node:fs';
import { backUp, placeOf, replaceFile } from './edited-file.mjs';

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
    replace({ runtimes: { railcar: { path } } }, '    ');
    return 'created';
  }
  const { content, indentation } = read();
  const runtimes = content.runtimes ?? {};
  if (!isObject(runtimes)) throw new Error('"runtimes" is not an object');
  const there = runtimes.railcar;
  if (there !== undefined) {
    if (isObject(there) && there.path === path) return 'unchanged';
    throw new Error(`has another runtime called "railcar" already: ${JSON.stringify(there)}; it was left as it is`);
  }
  const backup = backUp(file);
  replace({ ...content, runtimes: { ...runtimes, railcar: { path } } }, indentation);
  return `added ${backup}`;
}

function remove() {
  if (!existsSync(file)) return 'unchanged';
  const { content, indentation } = read();
  if (content.runtimes?.railcar?.path !== path) return 'unchanged';
  if (content['default-runtime'] === 'railcar') {
    throw new Error('"default-runtime" is railcar; choose another one first. It was left as it is');
  }
  delete content.runtimes.railcar;
  if (Object.keys(content.runtimes).length === 0) delete content.runtimes;
  replace(content, indentation);
  return Object.keys(content).length === 0 ? 'emptied' : 'removed';
}

function read() {
  const text = readFileSync(file, 'utf8');
  let content;
  try {
    // Docker, too, takes an empty file for an empty object.
    content = text.trim() === '' ? {} : JSON.parse(text);
  } catch (error) {
    throw new Error(`is not valid JSON (${error.message}); it was left as it is`);
  }
  if (!isObject(content)) throw new Error('is not a JSON object; it was left as it is');
  return { content, indentation: /^([ \t]+)"/m.exec(text)?.[1] ?? '    ' };
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function replace(content, indentation) {
  replaceFile(file, `${JSON.stringify(content, null, indentation)}\n`);
}
