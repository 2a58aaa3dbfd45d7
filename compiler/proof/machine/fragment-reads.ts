/** What is read of a packet's place among fragments, by the three kinds that a policy tells apart. */
import { IntervalSet } from '../../net/interval-set.ts';
import { NOTHING, type Diagram } from '../diagrams.ts';
import type { FieldRead } from './form.ts';
import { NotCompared } from './not-compared.ts';
import type { StagePackets } from './stage-packets.ts';

const MORE_FRAGMENTS = 0x2000n;
const OFFSET = 0x1fffn;

/** The packets for which the read is in the set; undefined: that have it at all. */
export function fragmentIn(
  { field, family, mask }: FieldRead,
  set: IntervalSet | undefined,
  packets: StagePackets,
): Diagram {
  const { diagrams, tests } = packets;
  const kind = (...kinds: readonly number[]) =>
    diagrams.inSet(
      packets.placeOf('fragment').first,
      IntervalSet.fromIntervals(
        2,
        kinds.map((one) => [one, one]),
      ),
    );
  if (family === 4) {
    const found = set === undefined ? kind(0, 1, 2) : kind(...ipv4Kinds(mask, set));
    return diagrams.when(tests.family(4), found);
  }
  // A fragment that is the whole packet (RFC 6946) has a header, and is no fragment to a policy.
  const atomic = diagrams.when(kind(0), tests.free('atomic fragment'));
  const header = diagrams.orElse(kind(1, 2), atomic);
  const found = ipv6Found();
  return diagrams.when(tests.family(6), found);

  function ipv6Found(): Diagram {
    if (mask !== undefined) throw new NotCompared('a mask on a fragment header of IPv6');
    const wanted = set === undefined ? undefined : valueOf(set);
    switch (field) {
      case 'fragment header':
        return wanted === 1 ? header : NOTHING;
      case 'more fragments': {
        const more = diagrams.orElse(kind(1), diagrams.when(kind(2), tests.free('more fragments follow')));
        return wanted === undefined ? header : wanted === 1 ? more : diagrams.unless(more, header);
      }
      default:
        if (wanted === undefined) return header;
        if (wanted !== 0) throw new NotCompared('an offset of a fragment other than 0');
        return diagrams.orElse(kind(1), atomic);
    }
  }
}

/** Flags and offset of IPv4's header, as far as they are asked for. */
function ipv4Kinds(mask: bigint | undefined, set: IntervalSet): readonly number[] {
  const wanted = BigInt(valueOf(set));
  if (mask === OFFSET && wanted === 0n) return [0, 1];
  if (mask === (OFFSET | MORE_FRAGMENTS) && wanted === 0n) return [0];
  if (mask === (OFFSET | MORE_FRAGMENTS) && wanted === MORE_FRAGMENTS) return [1];
  throw new NotCompared('an offset of a fragment other than 0');
}

function valueOf(set: IntervalSet): number {
  const value = set.singleValue();
  if (value === undefined) throw new NotCompared('several offsets of fragments');
  return Number(value);
}
