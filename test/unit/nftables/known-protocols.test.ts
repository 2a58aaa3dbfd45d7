/** Tests of a protocol behind others: nft takes no `udp sport` behind `meta l4proto { udp, dccp }`. */
import { expect, it } from 'vitest';
import { conditionsOf } from '../../../backends/nftables/lower/conditions.ts';
import type { Context } from '../../../backends/nftables/lower/context.ts';
import type { Atom } from '../../../compiler/4-program/program.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { origin } from '../../arbitraries/program.ts';

const [TCP, UDP, DCCP] = [6, 17, 33];

const protocols = (...numbers: readonly number[]) =>
  IntervalSet.fromIntervals(
    8,
    numbers.map((number) => [number, number]),
  );

const atoms: readonly Atom[] = [
  { negated: false, test: { kind: 'number', field: 'protocol', in: protocols(UDP, DCCP) } },
  { negated: false, test: { kind: 'number', field: 'source port', in: IntervalSet.range(16, 1024, 65_535) } },
];

it.each([
  ['nothing', undefined, ['meta l4proto { udp, dccp }', 'th sport 1024-65535']],
  ['one of them', protocols(UDP), ['udp sport 1024-65535']],
  ['one of them, and another', protocols(UDP, TCP), ['udp sport 1024-65535']],
  ['both', protocols(UDP, DCCP), ['th sport 1024-65535']],
])('where %s is known already', (_name, before, matches) => {
  // No set or object is asked for.
  const context = {} as Context;
  expect(conditionsOf(atoms, { family: undefined, origin }, context, before).matches).toEqual(matches);
});
