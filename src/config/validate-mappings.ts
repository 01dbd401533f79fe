import type { IdMapping } from './config.ts';
import type { Findings } from './findings.ts';
import { childPath } from './path.ts';

/** UID_GID_MAP_MAX_EXTENTS of the kernel, since 4.15. */
const MOST_MAPPINGS = 340;

/** What the kernel asks of a map (user_namespaces(7)): no id is mapped twice, on either side. */
export function validateIdMappings(mappings: readonly IdMapping[], path: string, findings: Findings): void {
  for (const [index, { containerID, hostID, size }] of mappings.entries()) {
    const at = childPath(path, index);
    if (size === 0) findings.problem(`${at}.size`, 'must not be 0');
    if (containerID + size > 2 ** 32 || hostID + size > 2 ** 32) {
      findings.problem(at, 'goes beyond the largest id, 4294967295');
    }
    const other = mappings
      .slice(0, index)
      .findIndex((earlier) => overlap(earlier, { containerID, hostID, size }));
    if (other >= 0) findings.problem(at, `maps ids that ${childPath(path, other)} maps already`);
  }
  if (mappings.length > MOST_MAPPINGS) {
    findings.problem(path, `has ${mappings.length} entries; the kernel takes ${MOST_MAPPINGS}`);
  }
}

function overlap(a: IdMapping, b: IdMapping): boolean {
  return (['containerID', 'hostID'] as const).some(
    (side) => a[side] < b[side] + b.size && b[side] < a[side] + a.size,
  );
}
