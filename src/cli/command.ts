import { buildInfo } from '../build-info.ts';
import { RailcarError } from '../errors.ts';
import type { Hands } from '../execute/hands.ts';
import type { Finish, Request } from '../execute/messages.ts';
import { ProtocolError } from '../execute/session.ts';
import { untraced } from '../execute/trace.ts';
import { Guess } from '../guess.ts';
import { anew } from '../remember.ts';
import { loadCommand } from './commands.ts';
import type { Context } from './context.ts';
import { versionText } from './format/version.ts';
import { type LogTarget, parseLog } from './log.ts';
import { Outcome } from './outcome.ts';
import { type Parsed, parseCommandLine } from './parse.ts';
import { absolute, stateRoot } from './paths.ts';
import type { Values } from './values.ts';
import { checkStandbyVariable, wayText } from './way.ts';

/** What `exec` exits with if the program could not be started: its own exit codes may be anything below. */
const EXEC_FAILED = 255;

/**
 * One command, from the caller's words to its end. The only place where errors are caught: whatever goes wrong
 * becomes a message and an exit status. Null: the launcher has finished already.
 */
export async function runCommand(
  request: Request,
  hands: Hands,
  trace = untraced,
  remember = anew,
  guess = new Guess(),
): Promise<Finish | null> {
  const parsed = trace.span('parse', () => parseCommandLine(request.argv.slice(1)), 'command line');
  const level = parsed.global.text('log-level');
  const debug = parsed.global.flag('debug') || level === 'debug';
  const log = logTarget(request, parsed.global);
  const outcome = new Outcome(request, log, debug, level !== 'error');
  outcome.debug(wayText(request));
  try {
    checkStandbyVariable(request);
    const finish = await perform(parsed, request, outcome, {
      log,
      debug,
      remember,
      guess,
      trace,
      hands: outcome.wrap(hands),
    });
    return finish && (await outcome.complete(finish));
  } catch (error) {
    // The launcher itself is lost: there is nobody left to tell.
    if (error instanceof ProtocolError) throw error;
    if (parsed.kind !== 'run') return outcome.fail(error, 1);
    return outcome.fail(aboutContainer(error, parsed.words[0]), parsed.command === 'exec' ? EXEC_FAILED : 1);
  }
}

/** Refusals are in runc's words, which callers look for and which do not say which container is meant. */
function aboutContainer(error: unknown, id: string | undefined): unknown {
  const refusal = error instanceof RailcarError && error.code.startsWith('container-') ? error : null;
  if (refusal === null || id === undefined || refusal.message.includes(` ${id} `)) return error;
  const { code, exitStatus, hint, cause } = refusal;
  const details = { exitStatus: exitStatus ?? undefined, hint: hint ?? undefined, cause };
  return new RailcarError(code, `${JSON.stringify(id)}: ${refusal.message}`, details);
}

async function perform(
  parsed: Parsed,
  request: Request,
  outcome: Outcome,
  base: Pick<Context, 'log' | 'debug' | 'hands' | 'remember' | 'guess' | 'trace'>,
): Promise<Finish | null> {
  switch (parsed.kind) {
    case 'version':
      return { code: 0, stdout: versionText(request.argv[0] ?? '', buildInfo), stderr: '' };
    case 'help':
      return { code: 0, stdout: await help(parsed.command), stderr: '' };
    case 'wrong':
      return wrongUsage(parsed, outcome);
    case 'run': {
      const { command } = parsed;
      const run = await base.trace.span('load', () => loadCommand(command), command);
      const context: Context = {
        ...base,
        request,
        root: stateRoot(request, parsed.global.text('root')),
        systemdCgroup: systemdCgroup(parsed.global),
        noCgroups: parsed.global.text('cgroup-manager') === 'disabled',
        rootless: rootless(parsed.global.text('rootless')),
        warn: (message) => outcome.warn(message),
      };
      return run(context, parsed.values, parsed.words);
    }
  }
}

/** As runc has it: the complaint on standard error, help on standard output. */
async function wrongUsage(parsed: Parsed & { kind: 'wrong' }, outcome: Outcome): Promise<Finish> {
  const text = await help(parsed.command);
  const prefix = parsed.count ? 'railcar: ' : 'Incorrect Usage: ';
  const error = new RailcarError('usage', prefix + parsed.message);
  return outcome.fail(error, 1, parsed.count ? `Incorrect Usage.\n\n${text}` : text);
}

async function help(command: (Parsed & { kind: 'help' })['command']): Promise<string> {
  const { helpText } = await import('./help.ts');
  return helpText(command);
}

function logTarget(request: Request, global: Values): LogTarget {
  const target = parseLog(global.text('log'), global.text('log-format') === 'json' ? 'json' : 'text');
  return 'path' in target && target.path !== null
    ? { ...target, path: absolute(request, target.path) }
    : target;
}

/** crun's option is the later word, since only its callers give it. */
function systemdCgroup(global: Values): boolean {
  const manager = global.text('cgroup-manager');
  return manager === null ? global.flag('systemd-cgroup') : manager === 'systemd';
}

function rootless(option: string | null): boolean | 'auto' {
  return option === 'true' ? true : option === 'false' ? false : 'auto';
}
