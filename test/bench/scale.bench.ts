/**
 * The full-size campus (5,300 members, 212,000 devices: the same policy as 1.6 million iptables rules): how long the
 * command takes, how much memory, how both grow, and how long the kernel takes to load the result.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FULL_SIZE, makeCampus, whyNoCampus, type Campus } from './campus/data.ts';
import { median } from './medians.ts';

const command = fileURLToPath(new URL('../../dist/bin/sluice.js', import.meta.url));
const runs = 5;

interface Figures {
  /** Of the whole process, on the wall. */
  readonly seconds: number;
  readonly mebibytes: number;
  /** What `--time` printed. */
  readonly phases: string;
}

/** One compile as a process of its own. */
function compile(campus: Campus, output: string): Figures {
  const log = join(campus.folder, 'time');
  const time = ['-f', '%e %M', '-o', log, process.execPath, command, 'compile', campus.policy, '-o', output, '--time'];
  const { status, stdout, stderr } = spawnSync('/usr/bin/time', time, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr + stdout);
  const [seconds, kibibytes] = readFileSync(log, 'utf8').trim().split(' ').map(Number);
  return { seconds: seconds!, mebibytes: kibibytes! / 1024, phases: `${stderr}${stdout}` };
}

/** Both campuses in turns, so that what slows the machine slows both. */
function compileInTurns(campuses: readonly Campus[]): Figures[][] {
  const figures: Figures[][] = campuses.map(() => []);
  for (let run = 0; run < runs; run++) {
    campuses.forEach((campus, index) => figures[index]!.push(compile(campus, join(campus.folder, 'out'))));
  }
  return figures;
}

/** Seconds that `nft -f` takes, in a namespace of its own. */
function load(ruleset: string): number {
  const script = `s=$(date +%s%N); nft -f "$0"; echo $(( $(date +%s%N) - s ))`;
  const output = execFileSync('unshare', ['--net', 'sh', '-ec', script, ruleset], { encoding: 'utf8' });
  return Number(output) / 1e9;
}

describe.skipIf(whyNoCampus() !== undefined)('the campus at full size', () => {
  test('compiles, grows and loads', () => {
    const full = makeCampus(FULL_SIZE);
    const twice = makeCampus(2 * FULL_SIZE);
    try {
      const [one, two] = compileInTurns([full, twice]) as [Figures[], Figures[]];
      const seconds = median(one.map((run) => run.seconds));
      const growth = median(two.map((run, index) => run.seconds / one[index]!.seconds));
      const memory = Math.max(...one.map((run) => run.mebibytes));
      const loads = Array.from({ length: 3 }, () => load(join(full.folder, 'out/router/nftables/ruleset.nft')));
      console.log(one.at(-1)!.phases);
      console.log(
        `compile: ${seconds.toFixed(2)} s, ${memory.toFixed(0)} MiB; twice the data: ${growth.toFixed(2)} times as long`,
      );
      console.log(`nft -f: ${median(loads).toFixed(2)} s`);
      expect.soft(seconds).toBeLessThanOrEqual(6);
      expect.soft(memory).toBeLessThanOrEqual(1024);
      expect.soft(growth).toBeLessThanOrEqual(2.2);
      expect.soft(median(loads)).toBeLessThanOrEqual(10);
    } finally {
      full.remove();
      twice.remove();
    }
  });
});
