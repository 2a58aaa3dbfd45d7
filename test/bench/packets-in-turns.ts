/** What the same packets cost in several routers, in turns: what slows the machine slows all of them. */
import type { Lab } from '../../cli/lab/lab.ts';
import { costOf } from './campus/router.ts';
import { median } from './medians.ts';

/** Packets of one kind, and the interface at which they come in. */
export interface Traffic {
  readonly interface: string;
  readonly frames: readonly Uint8Array[];
  /** How many are sent at a time; the frames take turns. */
  readonly packets: number;
}

/** Nanoseconds of processor time for a packet, each the median over the rounds. */
export interface CostsInTurns {
  /** In the first lab: how fast the machine is just now. */
  readonly empty: number;
  /** In each of the others, less the first's. */
  readonly over: readonly number[];
}

/** The first lab and the others in turns, so many rounds. */
export async function costsOver(
  empty: Lab,
  labs: readonly Lab[],
  traffic: Traffic,
  rounds: number,
): Promise<CostsInTurns> {
  const all: number[][] = labs.map(() => []);
  const bases: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const base = await costOf(empty, traffic.interface, traffic.frames, traffic.packets);
    bases.push(base);
    for (const [index, lab] of labs.entries()) {
      all[index]!.push((await costOf(lab, traffic.interface, traffic.frames, traffic.packets)) - base);
    }
  }
  return { empty: median(bases), over: all.map(median) };
}
