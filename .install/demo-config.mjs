// demo-config.mjs FILE ARGUMENT...: gives a config.json written by `railcar spec` the demo's values.
import { readFileSync, writeFileSync } from 'node:fs';

const [file, ...args] = process.argv.slice(2);
const config = JSON.parse(readFileSync(file, 'utf8'));
config.hostname = 'railcar-demo';
config.root = { path: '../rootfs', readonly: true };
// A terminal for the shell alone: the greeting's output may go to a file.
config.process.terminal = args.length === 1;
config.process.args = args;
config.linux.resources = {
  ...config.linux.resources,
  memory: { limit: 64 * 1024 * 1024 },
};
writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`);
