import { describe, expect, test } from 'vitest';
import { stateText } from '../../src/cli/format/state.ts';
import { hookState } from '../../src/hooks/state.ts';
import { state } from '../../src/lifecycle/state.ts';
import type { Template } from '../../src/plan/ops.ts';
import { fakeContext, Recorder } from '../execute/recorder.ts';
import { hostWith, minimalConfig } from '../state/containers.ts';
import { validator } from './schemas.ts';

const config = { ...minimalConfig, annotations: { a: 'b' } };
const validate = validator('state-schema.json');

function filled(template: Template): unknown {
  const pieces = typeof template === 'string' ? [template] : template;
  return JSON.parse(pieces.map((piece) => (typeof piece === 'string' ? piece : '42')).join(''));
}

describe('the state', () => {
  test('of every status is what the schema of the specification describes', async () => {
    for (const status of ['creating', 'created', 'running', 'stopped'] as const) {
      const shown = await state(fakeContext(new Recorder(hostWith(status, { config }))), { id: 'c1' });
      const document = JSON.parse(stateText(shown)) as Record<string, unknown>;
      expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
      expect(document).toMatchObject({ id: 'c1', status, bundle: '/bundle', annotations: { a: 'b' } });
      if (status === 'created' || status === 'running') expect(document.pid).toBe(42);
    }
  });

  test('that hooks are given is what the schema of the specification describes', () => {
    for (const status of ['creating', 'created', 'running', 'stopped'] as const) {
      const document = filled(hookState(config, 'c1', '/bundle', status));
      expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
      expect(document).toMatchObject({ id: 'c1', status, bundle: '/bundle', annotations: { a: 'b' } });
    }
  });
});
