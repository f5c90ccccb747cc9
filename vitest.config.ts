import { defineConfig } from 'vitest/config';

const results = process.env.BPFDIFF_TEST_RESULTS;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    reporters: results ? ['default', ['json', { outputFile: results }]] : ['default'],
    // Two cores, and kernels of their own in several files: more workers only make each other late.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
