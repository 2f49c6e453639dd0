import {defineConfig} from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'envs/**/*.test.ts'],
    // Tests start real processes, on machines of any speed: a timeout means that something hangs.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
