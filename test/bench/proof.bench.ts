/**
 * The twelve ClassBench sets of 10,000 rules: how long the proof of each takes, beside all else that a compile does, and
 * what the whole process takes in memory with and without it. `SLUICE_BENCH_SETS=fw1,ipc2` measures only these.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { CLASSBENCH_SEEDS, classbenchPath, classbenchPolicy, readClassbench } from '../builders/classbench.ts';
import { sharedBytes } from '../shared-data.ts';

const command = fileURLToPath(new URL('../../dist/bin/sluice.js', import.meta.url));
const seeds = process.env['SLUICE_BENCH_SETS']?.split(',') ?? CLASSBENCH_SEEDS;

/** Seconds that the proof of one set may take. */
const MOST_SECONDS = 10;
/** Mebibytes of the whole process. */
const MOST_MEMORY = 2048;

interface Figures {
  readonly proof: number;
  readonly rest: number;
  readonly mebibytes: number;
}

/** One compile as a process of its own; seconds by phase. */
function compile(folder: string, ...more: readonly string[]): Figures {
  const log = join(folder, 'memory');
  const policy = ['compile', join(folder, 'policy.sluice'), '-o', join(folder, 'out'), '--time', '--json', ...more];
  const { status, stdout, stderr } = spawnSync(
    '/usr/bin/time',
    ['-f', '%M', '-o', log, process.execPath, command, ...policy],
    {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    },
  );
  if (status !== 0) throw new Error(stderr + stdout);
  const { milliseconds } = JSON.parse(stdout) as { readonly milliseconds: Readonly<Record<string, number>> };
  const seconds = (wanted: (phase: string) => boolean) =>
    Object.entries(milliseconds).reduce((sum, [phase, time]) => sum + (wanted(phase) ? time : 0), 0) / 1000;
  const kibibytes = Number(readFileSync(log, 'utf8').trim());
  const isProof = (phase: string) => phase.startsWith('prove');
  return { proof: seconds(isProof), rest: seconds((phase) => !isProof(phase)), mebibytes: kibibytes / 1024 };
}

describe('the proof of ClassBench', () => {
  for (const seed of seeds) {
    test(seed, (context) => {
      const rules = readClassbench(new TextDecoder().decode(sharedBytes(context, classbenchPath(seed, '10k'))));
      const folder = mkdtempSync(join(tmpdir(), 'sluice-proof-'));
      try {
        writeFileSync(join(folder, 'policy.sluice'), classbenchPolicy(rules, { reserve: true }));
        const without = compile(folder, '--no-proof');
        const proved = compile(folder);
        console.log(
          `${seed.padEnd(5)} proof ${proved.proof.toFixed(2)} s beside ${proved.rest.toFixed(2)} s, ` +
            `${proved.mebibytes.toFixed(0)} MiB; without: ${without.rest.toFixed(2)} s, ${without.mebibytes.toFixed(0)} MiB`,
        );
        expect.soft(proved.proof, seed).toBeLessThanOrEqual(MOST_SECONDS);
        expect.soft(proved.mebibytes, seed).toBeLessThanOrEqual(MOST_MEMORY);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});
