/** What holds of every packet, whatever names say: which sets of one key a value can be in together. */
import { IntervalSet } from '../../net/interval-set.ts';
import { readBigint, strideOf } from '../../net/words.ts';
import { ALL, type Diagram } from '../diagrams.ts';
import type { PacketTests } from '../packet-tests.ts';
import { blockStarts, MOST_LISTS, regionsOf } from './key-sweep.ts';
import { cutsOf, type LookedKey } from './looked-keys.ts';

/** The packets that there can be; keeps the regions of the key that tell it. */
export function factsOf(key: LookedKey, { diagrams, layout }: PacketTests): Diagram {
  const { sets, fields } = key;
  if (sets.length === 0 || sets.length > MOST_LISTS) return ALL;
  const lists = sets.map(({ keys }) => keys);
  const cuts = cutsOf(key);
  key.regions = regionsOf(lists, cuts);
  if (!key.regions) return ALL;
  const blocksOf = new Map<number, number[]>();
  for (const { lists: own, block } of key.regions) blocksOf.set(own, [...(blocksOf.get(own) ?? []), block]);
  // Values between the rows of several fields are not walked one by one.
  if (fields.length > 1) blocksOf.set(0, []);
  const starts = cuts.length === 0 ? undefined : blockStarts(lists[0]!.parts[0]!, cuts);
  const [{ field, width }] = fields as [(typeof fields)[0]];
  const answer = (variable: number, isYes: boolean) =>
    isYes ? diagrams.variable(variable) : diagrams.not(diagrams.variable(variable));
  return diagrams.firstOf(
    [...blocksOf].map(([own, blocks]) => {
      const among = starts ? diagrams.inSet(layout.placeOf(field).first, setOfBlocks(width, starts, blocks)) : ALL;
      return sets.reduce(
        (all, { variable }, at) => diagrams.when(answer(variable, ((own >>> at) & 1) === 1), all),
        among,
      );
    }),
  );
}

/** The values in some of the blocks that begin at `starts`. */
function setOfBlocks(width: number, starts: Uint32Array, blocks: readonly number[]): IntervalSet {
  const stride = strideOf(width);
  const count = starts.length / stride;
  const at = (block: number): bigint => (block === count ? 1n << BigInt(width) : readBigint(starts, block, stride));
  return IntervalSet.fromIntervals(
    width,
    blocks.map((block) => [at(block), at(block + 1) - 1n]),
  );
}
