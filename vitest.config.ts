import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Two processors are what a small machine has; live containers are not tested here but by bats.
    maxWorkers: 2,
    // No test asserts times; a busy machine is no failure.
    testTimeout: 60_000,
    // A standby of this build may wait on the machine; tests that use one start it.
    env: { RAILCAR_STANDBY: 'off' },
  },
});
