/**
 * How long `sluice lint` takes, as a process of its own: the twelve ClassBench sets of 10,000 rules, all of them together up to
 * 100,000, and the campus at full size. Processor seconds, start of Node and check of the policy included.
 * `SLUICE_BENCH_SETS=fw1,ipc2` measures only these, `all` and `campus` among them.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, type TestContext } from 'vitest';
import { CLASSBENCH_SEEDS, classbenchPath, classbenchPolicy, readClassbench } from '../builders/classbench.ts';
import { sharedBytes } from '../shared-data.ts';
import { FULL_SIZE, makeCampus, whyNoCampus } from './campus/data.ts';

const command = fileURLToPath(new URL('../../dist/bin/sluice.js', import.meta.url));
const wanted = process.env['SLUICE_BENCH_SETS']?.split(',');

/** Processor seconds for 10,000 rules, for 100,000, and for the campus. */
const MOST_SECONDS = { 10_000: 2, 100_000: 20, campus: 20 } as const;

interface Figures {
  readonly seconds: number;
  readonly mebibytes: number;
  /** By rule, how often it was found. */
  readonly found: ReadonlyMap<string, number>;
}

function lint(path: string, log: string): Figures {
  const args = ['lint', path, '--date', '2026-06-01', '--json', '--fail-on', 'never'];
  const time = ['-f', '%U %S %M', '-o', log, process.execPath, command, ...args];
  const { status, stdout, stderr } = spawnSync('/usr/bin/time', time, { encoding: 'utf8', maxBuffer: 2 ** 29 });
  if (status !== 0) throw new Error(stderr + stdout.slice(0, 1000));
  const [user, system, kibibytes] = readFileSync(log, 'utf8').trim().split(' ').map(Number);
  const { files } = JSON.parse(stdout) as {
    readonly files: readonly { readonly findings: readonly { rule: string }[] }[];
  };
  const found = new Map<string, number>();
  for (const { rule } of files.flatMap(({ findings }) => findings)) found.set(rule, (found.get(rule) ?? 0) + 1);
  return { seconds: user! + system!, mebibytes: kibibytes! / 1024, found };
}

function told(name: string, { seconds, mebibytes, found }: Figures): string {
  const counts = [...found].map(([rule, count]) => `${rule} ${count}`).join(', ');
  return `${name.padEnd(6)} ${seconds.toFixed(1)} s, ${mebibytes.toFixed(0)} MiB: ${counts}`;
}

function rulesOf(context: TestContext, seed: string) {
  return readClassbench(new TextDecoder().decode(sharedBytes(context, classbenchPath(seed, '10k'))));
}

function lintText(name: string, text: string): Figures {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-lint-'));
  try {
    const path = join(folder, 'policy.sluice');
    writeFileSync(path, text);
    const figures = lint(path, join(folder, 'time'));
    console.log(told(name, figures));
    return figures;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const isWanted = (name: string) => wanted === undefined || wanted.includes(name);

describe('lint of ClassBench', () => {
  for (const seed of CLASSBENCH_SEEDS.filter(isWanted)) {
    test(`${seed}, 10,000 rules`, (context) => {
      const { seconds } = lintText(seed, classbenchPolicy(rulesOf(context, seed)));
      expect.soft(seconds).toBeLessThanOrEqual(MOST_SECONDS[10_000]);
    });
  }

  test.skipIf(!isWanted('all'))('all sets, 100,000 rules', (context) => {
    const rules = CLASSBENCH_SEEDS.flatMap((seed) => rulesOf(context, seed)).slice(0, 100_000);
    const { seconds } = lintText('all', classbenchPolicy(rules));
    expect.soft(seconds).toBeLessThanOrEqual(MOST_SECONDS[100_000]);
  });
});

test.skipIf(!isWanted('campus') || whyNoCampus() !== undefined)('lint of the campus at full size', () => {
  const campus = makeCampus(FULL_SIZE);
  try {
    const figures = lint(campus.policy, join(campus.folder, 'time'));
    console.log(told('campus', figures));
    expect.soft(figures.seconds).toBeLessThanOrEqual(MOST_SECONDS.campus);
  } finally {
    campus.remove();
  }
});
