import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { kill, mount } from './cgroups.ts';
import { descendants } from './processes.ts';
import type { World } from './world.ts';

const folder = '/run/railcar-standby';

/** A standby of the bench's own, which the host's commands do not see, nor the bench the host's. Its pid. */
export async function startStandby(world: World, railcar: string): Promise<number> {
  if (!existsSync(folder)) {
    mkdirSync(folder, { mode: 0o700 });
    // Possible although something is mounted there in this mount namespace.
    world.endings.push(() => rmdirSync(folder));
  }
  mount('-t', 'tmpfs', '-o', 'mode=700', 'tmpfs', folder);
  // It shall not survive a bench that is killed.
  const standby = spawn('setpriv', ['--pdeathsig', 'TERM', railcar, 'standby'], { stdio: 'ignore' });
  const { pid } = standby;
  if (pid === undefined) throw new Error(`cannot start ${railcar} standby`);
  world.endings.push(() => {
    for (const process of [...descendants(pid), pid]) kill(process);
  });
  for (let attempt = 0; attempt < 200 && standby.exitCode === null; attempt++) {
    if (await answers(join(folder, 'socket'))) return pid;
    await wait(20);
  }
  throw new Error(`${railcar} standby does not listen at ${folder}/socket`);
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.on('error', () => resolve(false));
    connection.on('connect', () => {
      connection.destroy();
      resolve(true);
    });
  });
}
