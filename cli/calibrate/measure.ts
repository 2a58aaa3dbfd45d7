/** Measures the experiments of a plane on this machine, in a network namespace of their own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Calibration, Measured } from '../../compiler/cost/calibration.ts';
import type { MeasureRequest, MeasuredPackets } from './measure-request.ts';

const PACKETS = 4000;
const RUNS = 8;

/** Nanoseconds of a step of each experiment: the median of the rounds. Throws where the machine does not allow it. */
export function measure({ experiments, empty, addresses }: Calibration, rounds: number): readonly Measured[] {
  const all = experiments();
  const texts = all.map(({ text }) => text);
  const answer = asked({ empty, texts, rounds, runs: RUNS, packets: PACKETS, addresses });
  return all.map((experiment, at) => {
    const costs = answer.rounds.map(({ empty: base, whole }) => (whole[at]! - base[at]!) / experiment.times);
    return { experiment, nanoseconds: costs.toSorted((a, b) => a - b)[costs.length >> 1]! };
  });
}

function asked(request: MeasureRequest): MeasuredPackets {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-calibrate-'));
  try {
    const file = join(folder, 'request.json');
    writeFileSync(file, JSON.stringify(request));
    const program = fileURLToPath(new URL('measure-packets.js', import.meta.url));
    const words = ['--net', process.execPath, program, file];
    const answer = execFileSync('unshare', words, { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 24 });
    return JSON.parse(answer.toString()) as MeasuredPackets;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
