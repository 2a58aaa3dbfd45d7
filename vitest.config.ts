import { defineConfig } from 'vitest/config';

/**
 * Tests by kind, a folder each. `npm test` runs them in this order; `npx vitest run --project unit` runs one kind.
 *
 * No kind has a limit that a slow machine could run into: the long timeouts only end a test that hangs.
 */
const hangs = (process.env['SLUICE_FULL'] === '1' ? 600 : 30) * 60_000;

const oneFileAtATime = {
  pool: 'forks',
  maxWorkers: 1,
  fileParallelism: false,
  testTimeout: hangs,
  hookTimeout: hangs,
} as const;

export default defineConfig({
  test: {
    // Each processor: by itself, vitest leaves one idle, which is half of two.
    maxWorkers: '100%',
    passWithNoTests: true,
    watch: false,
    projects: [
      {
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: hangs, hookTimeout: hangs },
      },
      {
        test: { name: 'cases', include: ['test/cases/**/*.test.ts'], testTimeout: hangs, hookTimeout: hangs },
      },
      {
        test: {
          name: 'properties',
          include: ['test/properties/**/*.test.ts'],
          setupFiles: ['test/sampling.ts'],
          testTimeout: hangs,
          hookTimeout: hangs,
        },
      },
      {
        // One browser at a time is as much as two processors draw.
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          ...oneFileAtATime,
        },
      },
      {
        // Each file has network namespaces, and a mount of BPF's file system, of its own; the kernel's locks they share.
        test: {
          name: 'kernel',
          include: ['test/kernel/**/*.test.ts'],
          setupFiles: ['test/sampling.ts'],
          pool: 'forks',
          maxWorkers: 2,
          isolate: false,
          testTimeout: 2 * hangs,
          hookTimeout: 2 * hangs,
        },
      },
      {
        // The switch drops frames where the machine is busy: one file at a time.
        test: {
          name: 'p4',
          include: ['test/p4/**/*.test.ts'],
          setupFiles: ['test/sampling.ts'],
          ...oneFileAtATime,
        },
      },
      {
        // Each file boots a machine of its own, which has one processor.
        test: {
          name: 'vm',
          include: ['test/vm/**/*.test.ts'],
          setupFiles: ['test/sampling.ts'],
          ...oneFileAtATime,
        },
      },
    ],
  },
});
