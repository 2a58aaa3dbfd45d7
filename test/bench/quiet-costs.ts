/**
 * What a rule set costs a packet, beside noise: the same packets go through it and past it in turns, in blocks of a millisecond or two
 * within one run of the tool. What slows the machine slows both blocks of a pair, and the median over many pairs counts.
 */
import type { Lab } from '../../cli/lab/lab.ts';
import { measureLiveFrames } from './live-frames.ts';
import { median } from './medians.ts';
import type { Traffic } from './packets-in-turns.ts';

/** Packets of a block. */
const BLOCK = 1000;

/** Frames that carry this are dropped before any rule is asked; no rule that is measured may ask for a DSCP. */
const PAST_THE_RULES = 'ef';
const TRAFFIC_CLASS_OF_EF = 0xb8;

/**
 * To be loaded beside a rule set of the forward hook. Packets that it lets through go no further, for the way out takes many times
 * what its rules do.
 */
export const AROUND_THE_RULES = `table inet around {
  chain before { type filter hook forward priority filter - 10; policy accept; ip dscp ${PAST_THE_RULES} drop; };
  chain behind { type filter hook forward priority filter + 10; policy drop; };
}`;

/** Nanoseconds of processor time for a packet of IPv4 in the rules of a lab that has `AROUND_THE_RULES`; `traffic.packets` are measured. */
export async function quietCost(lab: Lab, { interface: name, frames, packets }: Traffic): Promise<number> {
  const blocks = Array.from({ length: Math.ceil(frames.length / BLOCK) }, (_, block) =>
    Array.from({ length: BLOCK }, (__, at) => frames[(block * BLOCK + at) % frames.length]!),
  );
  // Others than went through the rules just before: what those have left in the caches would make their way shorter.
  const past = (block: number) => blocks[(block + (blocks.length >> 1)) % blocks.length]!.map(pastTheRules);
  const run = { packets: BLOCK, action: 'pass' } as const;
  const measured = await measureLiveFrames(lab, {
    interface: name,
    frames: blocks.flatMap((block, at) => [...block, ...past(at)]),
    runs: Array.from({ length: 2 * Math.ceil(packets / BLOCK) }, () => run),
  });
  const own = measured.filter((_, at) => at % 2 === 0);
  return median(own.map(({ processor }, pair) => processor - measured[2 * pair + 1]!.processor));
}

/** A frame of IPv4 without options with the DSCP that is dropped first, its checksum mended (RFC 1624, equation 3). */
function pastTheRules(frame: Uint8Array): Uint8Array {
  const changed = Buffer.from(frame);
  const header = changed.subarray(14);
  const before = header.readUInt16BE(0);
  header[1] = TRAFFIC_CLASS_OF_EF;
  const sum = (~header.readUInt16BE(10) & 0xffff) + (~before & 0xffff) + header.readUInt16BE(0);
  const folded = (sum & 0xffff) + (sum >>> 16);
  header.writeUInt16BE(~((folded & 0xffff) + (folded >>> 16)) & 0xffff, 10);
  return changed;
}
