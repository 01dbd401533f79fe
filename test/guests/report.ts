import { readFileSync } from 'node:fs';
import { page, read } from './counts.ts';

// report.ts FILE...: test/guests/report.md, of what test/guests/run has printed for each guest. Where several files are of one
// guest, the last that has a test says how it went.
process.stdout.write(page(process.argv.slice(2).map((file) => read(readFileSync(file, 'utf8')))));
