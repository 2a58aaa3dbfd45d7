/** What the same packets cost in several routers, in turns: what slows the machine slows all of them. */
import type { Lab } from '../kernel/harness/lab.ts';
import { costOf, median } from './campus/router.ts';

/** Packets of one kind, and the interface at which they come in. */
export interface Traffic {
  readonly interface: string;
  readonly frames: readonly Uint8Array[];
  /** How many are sent at a time; the frames take turns. */
  readonly packets: number;
}

/** Nanoseconds of processor time for a packet in each of the labs, less the first's: the median over the rounds. */
export async function costsOver(
  empty: Lab,
  labs: readonly Lab[],
  traffic: Traffic,
  rounds: number,
): Promise<readonly number[]> {
  const all: number[][] = labs.map(() => []);
  for (let round = 0; round < rounds; round++) {
    const base = await costOf(empty, traffic.interface, traffic.frames, traffic.packets);
    for (const [index, lab] of labs.entries()) {
      all[index]!.push((await costOf(lab, traffic.interface, traffic.frames, traffic.packets)) - base);
    }
  }
  return all.map(median);
}
