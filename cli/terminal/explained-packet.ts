/** Explained packets for people: each way a packet may go, block by block. */
import type { ExplainedPacket, WayStep } from '../../compiler/explain/explained.ts';
import { positionOf } from '../../grammar/source.ts';
import { tableLines } from './table.ts';

/** Lines, each with its end. */
export function packetText({ text, ways }: ExplainedPacket): string {
  const lines = ways.flatMap(({ steps, fate }, index) => [
    ...(ways.length > 1 ? [`way ${index + 1} of ${ways.length} that the policy leaves open`] : []),
    ...tableLines(steps.map(rowOf), ['left', 'left', 'left', 'left'], '  '),
    `  The packet is ${fate}.`,
  ]);
  return `${[text, ...lines].join('\n')}\n`;
}

function rowOf({ block, did, place, text }: WayStep): readonly string[] {
  const at = place === undefined ? '' : `${place.source.path}:${positionOf(place.source, place.start).line}`;
  return [block, did, at, text];
}
