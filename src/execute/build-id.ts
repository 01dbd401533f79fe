import { createHash } from 'node:crypto';
import { enumTables, errnos, flagTables, handsOps, stubOps, variables } from '../plan/ops.ts';
import {
  failureNumbers,
  failureStrings,
  messageTypes,
  PROTOCOL_VERSION,
  readKinds,
  requestNumbers,
  ways,
} from './messages.ts';

/**
 * A launcher and a Node layer understand each other if they number the same operations and messages in the same way.
 * This is what they compare, computed while building (never at run time) from all that goes over the wire.
 */
export function buildId(version: string): string {
  const vocabulary = [
    version,
    [handsOps, stubOps, enumTables, flagTables, variables, errnos],
    [PROTOCOL_VERSION, messageTypes, readKinds, requestNumbers, ways, failureNumbers, failureStrings],
  ];
  return createHash('sha256').update(JSON.stringify(vocabulary)).digest('hex').slice(0, 16);
}
