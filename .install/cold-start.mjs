// Prints the median time, in milliseconds, that an engine needs to start and end an empty script: the floor under every
// railcar command. Usage: cold-start.mjs ENGINE [RUNS]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [engine, runs = '11'] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'railcar-cold-start-'));
const script = join(directory, 'empty.cjs');
writeFileSync(script, '');
// As railcar starts it: nothing in the environment, nothing to read, nobody to write to.
const options = { env: {}, stdio: 'ignore' };

const times = [];
// The first start reads the binary from the disk; that one is not counted.
for (let run = 0; run <= Number(runs); run++) {
  const begin = process.hrtime.bigint();
  const { status, error } = spawnSync(engine, [script], options);
  if (status !== 0) throw error ?? new Error(`${engine} ended with ${status}`);
  if (run > 0) times.push(Number(process.hrtime.bigint() - begin) / 1e6);
}
rmSync(directory, { recursive: true });
times.sort((a, b) => a - b);
console.log((times[Math.floor(times.length / 2)] ?? Number.NaN).toFixed(1));
