/**
 * `node select.ts ROOT PATH...`: the paths that go into an image with the given ones, one a line. Problems go to standard error,
 * and an error among them is one.
 */
import { closure } from '../../../src/smith/closure/closure.ts';
import { describeProblem, refuseIncomplete } from '../../../src/smith/closure/problems.ts';
import { treeOfDirectory } from '../../../src/smith/tree/disk.ts';

const [root = '/', ...paths] = process.argv.slice(2);
const { selection, problems } = closure(treeOfDirectory(root), {
  wanted: paths.map((path) => ({ path, because: 'the command line' })),
  environment: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  nss: 'tree',
  dlopen: 'required',
});
for (const problem of problems) process.stderr.write(`${problem.severity}: ${describeProblem(problem)}\n`);
refuseIncomplete(problems);
for (const path of selection.paths()) process.stdout.write(`${path}\n`);
