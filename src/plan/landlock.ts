import * as z from 'zod/mini';
import { typeIssues } from '../config/check.ts';
import type { Process } from '../config/config.ts';
import { joinPath } from '../config/path.ts';
import { PlanError } from './error.ts';
import { flagTables, type StubOp } from './ops.ts';

/** railcar's own extension (docs/landlock.md): what a container may do at most, as JSON. */
export const LANDLOCK_ANNOTATION = 'org.railcar.landlock';

const ORIGIN = `annotations["${LANDLOCK_ANNOTATION}"]`;

type Access = keyof typeof flagTables.landlockFiles;

const reading: readonly Access[] = ['read_file', 'read_dir'];
const executing: readonly Access[] = [...reading, 'execute'];
const everything = Object.keys(flagTables.landlockFiles) as Access[];
const writing = everything.filter((access) => access !== 'execute');

const paths = z.optional(z.array(z.string()));
const ports = z.optional(z.array(z.int().check(z.minimum(0), z.maximum(65535))));
const rules = z.strictObject({
  /** Files below may be read, directories listed. */
  read: paths,
  /** Read and executed. */
  execute: paths,
  /** Everything but executed. */
  write: paths,
  all: paths,
  /** Ports of TCP; a list, even an empty one, denies all others. */
  bindTcp: ports,
  connectTcp: ports,
  /** What may not be reached outside of the container's processes. */
  scope: z.optional(z.array(z.enum(['abstract_unix_socket', 'signal']))),
  /** Version of Landlock that the kernel must have at least; else what is asked for decides. */
  abi: z.optional(z.int().check(z.minimum(1))),
});
type Rules = z.infer<typeof rules>;

/** Versions with which the kernel has had it first (landlock(7)). */
const NETWORK_ABI = 4;
const SCOPE_ABI = 6;

export interface LandlockPlan {
  readonly prepare: readonly StubOp[];
  readonly restrict: readonly StubOp[];
}

/**
 * Landlock for the container's processes: from the last moment before execve, and for each `exec` as well. What is wrong with
 * the rules shows before that, while the container is made. Everything that the lists do not name is denied. Without noNewPrivileges the kernel lets nobody but root do it, and a set-user-id program
 * could still leave the rest behind, so it is asked for.
 */
export function landlockOps(
  annotations: Readonly<Record<string, string>> = {},
  process: Process,
): LandlockPlan {
  const text = annotations[LANDLOCK_ANNOTATION];
  if (text === undefined) return { prepare: [], restrict: [] };
  const wanted = parse(text);
  if (process.noNewPrivileges !== true) {
    throw new PlanError('config-invalid', ORIGIN, 'needs process.noNewPrivileges to be true');
  }
  const files = fileRules(wanted);
  const { bindTcp, connectTcp, scope = [] } = wanted;
  const network = [
    ...(bindTcp ? (['bind_tcp'] as const) : []),
    ...(connectTcp ? (['connect_tcp'] as const) : []),
  ];
  return {
    prepare: [
      {
        op: 'landlock',
        files: files.length > 0 ? everything : [],
        network,
        scope,
        abi: Math.max(
          wanted.abi ?? 1,
          network.length > 0 ? NETWORK_ABI : 1,
          scope.length > 0 ? SCOPE_ABI : 1,
        ),
        into: RULESET,
        origin: ORIGIN,
      },
      ...files,
      ...(bindTcp ?? []).map((port) => portRule(port, 'bind_tcp')),
      ...(connectTcp ?? []).map((port) => portRule(port, 'connect_tcp')),
    ],
    restrict: [{ op: 'landlockSelf', ruleset: RULESET, origin: ORIGIN }],
  };
}

const RULESET = 'landlock';

function fileRules({ read, execute, write, all }: Rules): StubOp[] {
  const lists = [
    [read, reading],
    [execute, executing],
    [write, writing],
    [all, everything],
  ] as const;
  return lists.flatMap(([places = [], access]) =>
    places.map((path): StubOp => {
      if (!path.startsWith('/')) {
        throw new PlanError('config-invalid', ORIGIN, `${JSON.stringify(path)} is not an absolute path`);
      }
      return { op: 'landlockPath', ruleset: RULESET, path, access: [...access], origin: ORIGIN };
    }),
  );
}

function portRule(port: number, access: keyof typeof flagTables.landlockNetwork): StubOp {
  return { op: 'landlockPort', ruleset: RULESET, port, access: [access], origin: ORIGIN };
}

function parse(text: string): Rules {
  const value = json(text);
  const [issue] = typeIssues(rules, value) ?? [];
  if (issue === undefined) return value as Rules;
  const at = joinPath(issue.path);
  throw new PlanError('config-invalid', ORIGIN, `${at === '' ? '' : `${at}: `}${issue.text}`);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PlanError(
      'config-invalid',
      ORIGIN,
      `is no JSON: ${error instanceof Error ? error.message : ''}`,
    );
  }
}
