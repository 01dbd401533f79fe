import type { Finish } from '../execute/messages.ts';
import type { Context } from './context.ts';
import type { CommandName } from './options.ts';
import type { Values } from './values.ts';

/** A command: what its options mean, which verb does it, and what is printed. */
export type RunCommand = (
  context: Context,
  values: Values,
  words: readonly string[],
) => Promise<Finish | null>;

/** Each command is loaded alone: `state` has no use for the schema of config.json. */
export async function loadCommand(name: CommandName): Promise<RunCommand> {
  switch (name) {
    case 'create':
      return (await import('./commands/create.ts')).create;
    case 'run':
      return (await import('./commands/run.ts')).run;
    case 'start':
      return (await import('./commands/start.ts')).start;
    case 'state':
      return (await import('./commands/state.ts')).state;
    case 'kill':
      return (await import('./commands/kill.ts')).kill;
    case 'delete':
      return (await import('./commands/delete.ts')).remove;
    case 'exec':
      return (await import('./commands/exec.ts')).exec;
    case 'list':
      return (await import('./commands/list.ts')).list;
    case 'ps':
      return (await import('./commands/ps.ts')).ps;
    case 'pause':
      return (await import('./commands/pause.ts')).pause;
    case 'resume':
      return (await import('./commands/resume.ts')).resume;
    case 'checkpoint':
      return (await import('./commands/checkpoint.ts')).checkpoint;
    case 'restore':
      return (await import('./commands/restore.ts')).restore;
    case 'events':
      return (await import('./commands/events.ts')).events;
    case 'update':
      return (await import('./commands/update.ts')).update;
    case 'spec':
      return (await import('./commands/spec.ts')).spec;
    case 'features':
      return (await import('./commands/features.ts')).features;
    case 'doctor':
      return (await import('./commands/doctor.ts')).doctor;
    case 'mounts':
      return (await import('./commands/mounts.ts')).mounts;
    case 'completion':
      return (await import('./commands/completion.ts')).completion;
    case 'lint':
      return (await import('./commands/lint.ts')).lint;
    case 'standby':
      return (await import('./commands/standby.ts')).standby;
    case 'plan':
      return (await import('./commands/plan.ts')).plan;
  }
}
