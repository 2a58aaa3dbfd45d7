import { defineConfig } from 'vitest/config';

/** `npm run bench`: each file of `test/bench/` measures something and checks it against its goal. */
export default defineConfig({
  test: {
    include: ['test/bench/**/*.bench.ts'],
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    // What a benchmark prints is its result, and belongs on the terminal as it is.
    disableConsoleIntercept: true,
    testTimeout: 60 * 60_000,
    hookTimeout: 60 * 60_000,
    watch: false,
  },
});
