/**
 * One changed row of the full-size campus: how long `compile --since` takes against a compile of the whole, and the kernel
 * for the delta against the whole rule set, in turns of one run.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FULL_SIZE, makeCampus, whyNoCampus, type Campus } from './campus/data.ts';
import { median } from './medians.ts';

const command = fileURLToPath(new URL('../../dist/bin/sluice.js', import.meta.url));
const RUNS = 5;
const LOADS = 5;

/** Seconds that the command takes, as a process of its own. */
function compile({ policy }: Campus, output: string, ...more: readonly string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [command, 'compile', policy, '-o', output, ...more], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return (performance.now() - started) / 1000;
}

/** A device in the middle of the table has another address, which nobody has. */
function changeRow({ folder, devices }: Campus): void {
  const path = join(folder, 'data/devices.csv');
  const lines = readFileSync(path, 'utf8').split('\n');
  const taken = new Set(devices.map(({ address }) => address));
  const at = lines.length >> 1;
  const [member, address = '', kind] = lines[at]!.split(',');
  const room = address.replace(/\d+$/, '');
  const free = Array.from({ length: 200 }, (_, host) => `${room}${2 + host}`).find((one) => !taken.has(one));
  writeFileSync(path, lines.with(at, [member, free, kind].join(',')).join('\n'));
}

/** Milliseconds that `nft -f` takes for each of some files, one after another in a network namespace of its own. */
function load(files: readonly string[]): number[] {
  const script = 'for f; do s=$(date +%s%N); nft -f "$f"; echo $(( $(date +%s%N) - s )); done';
  const output = execFileSync('unshare', ['--net', 'sh', '-ec', script, 'sh', ...files], { encoding: 'utf8' });
  return output
    .trim()
    .split('\n')
    .map((line) => Number(line) / 1e6);
}

describe.skipIf(whyNoCampus() !== undefined)('one changed row of the campus', () => {
  test('compiles and loads', () => {
    const campus = makeCampus(FULL_SIZE);
    try {
      const output = (name: string): string => join(campus.folder, name);
      compile(campus, output('old'));
      changeRow(campus);
      const seconds: { readonly whole: number; readonly since: number }[] = [];
      for (let run = 0; run < RUNS; run++) {
        const whole = compile(campus, output('whole'));
        seconds.push({ whole, since: compile(campus, output('new'), '--since', output('old')) });
      }
      const ruleset = (name: string): string => output(`${name}/router/nftables/ruleset.nft`);
      expect(readFileSync(ruleset('new')).equals(readFileSync(ruleset('whole')))).toBe(true);
      const loads = Array.from({ length: LOADS }, () =>
        load([ruleset('old'), output('new/router/nftables/delta.nft')]),
      );
      const since = median(seconds.map((run) => run.since));
      const whole = median(seconds.map((run) => run.whole));
      const [wholeLoad, deltaLoad] = [0, 1].map((file) => median(loads.map((times) => times[file]!))) as [
        number,
        number,
      ];
      console.log(`compile: ${since.toFixed(2)} s with --since, ${whole.toFixed(2)} s without`);
      console.log(`nft -f: ${deltaLoad.toFixed(1)} ms for the delta, ${wholeLoad.toFixed(0)} ms for the whole`);
      expect.soft(since).toBeLessThanOrEqual(2);
      expect.soft(deltaLoad).toBeLessThanOrEqual(50);
    } finally {
      campus.remove();
    }
  });
});
