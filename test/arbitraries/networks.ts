/** Lists of rules about networks of many sizes, inside each other and apart, with ports and flags, and packets for them. */
import fastCheck from 'fast-check';
import type { Atom, Decision, ProgramRule } from '../../compiler/4-program/program.ts';
import { PROTOCOLS_WITH_PORTS } from '../../compiler/model/fields.ts';
import { IntervalSet } from '../../compiler/net/interval-set.ts';
import type { AbstractPacket } from '../oracles/plan-walk.ts';
import { origin } from './program.ts';

/** A few bytes only, so that networks nest and packets meet them. */
const address = fastCheck
  .array(fastCheck.constantFrom(0, 1, 2, 128, 255), { minLength: 4, maxLength: 4 })
  .map((bytes) => bytes.reduce<number>((all, byte) => all * 256 + byte, 0));

const network = fastCheck
  .tuple(address, fastCheck.constantFrom(13, 15, 16, 17, 20, 24, 31, 32))
  .map(([inside, length]): [number, number] => {
    const size = 2 ** (32 - length);
    const low = Math.floor(inside / size) * size;
    return [low, low + size - 1];
  });

/** One network most often, as people write them; several in the reach of one; and any range. */
const networks = fastCheck
  .oneof(
    { weight: 3, arbitrary: fastCheck.tuple(network) },
    { weight: 2, arbitrary: fastCheck.tuple(network, network, network) },
    {
      weight: 1,
      arbitrary: fastCheck
        .tuple(address, address)
        .map(([a, b]) => [[Math.min(a, b), Math.max(a, b)] as [number, number]]),
    },
  )
  .map((list) => IntervalSet.fromIntervals(32, list));

const ports = fastCheck
  .tuple(fastCheck.nat(7), fastCheck.nat(2))
  .map(([low, more]) => IntervalSet.range(16, low, low + more));

const protocol = fastCheck.constantFrom<number>(...PROTOCOLS_WITH_PORTS, 1);

const rule = fastCheck
  .record({
    source: fastCheck.option(networks, { freq: 2 }),
    destination: fastCheck.option(networks, { freq: 2 }),
    protocol: fastCheck.option(protocol),
    port: fastCheck.option(ports),
    sourcePort: fastCheck.option(ports, { freq: 1 }),
    flags: fastCheck.option(fastCheck.constantFrom([2, 18] as const, [16, 16] as const), { freq: 2 }),
    verdict: fastCheck.constantFrom('allow' as const, 'drop' as const),
  })
  .map((drawn): ProgramRule => {
    const sides = (['source', 'destination'] as const).flatMap((field): Atom[] => {
      const set = drawn[field];
      return set ? [{ negated: false, test: { kind: 'address', field, view: 'real', family: 4, in: set } }] : [];
    });
    const number = (field: 'protocol' | 'source port' | 'destination port', set: IntervalSet | null): Atom[] =>
      set ? [{ negated: false, test: { kind: 'number', field, in: set } }] : [];
    const [value, mask] = drawn.flags ?? [];
    const flags: Atom[] =
      value === undefined
        ? number('protocol', drawn.protocol === null ? null : IntervalSet.of(8, drawn.protocol))
        : [{ negated: false, test: { kind: 'masked', field: 'tcp flags', value, mask: mask! } }];
    const atoms = [
      ...flags,
      ...sides,
      ...number('source port', drawn.sourcePort),
      ...number('destination port', drawn.port),
    ];
    const decision: Decision = { kind: 'verdict', verdict: { kind: drawn.verdict } };
    return { kind: 'rule', origin, family: 4, eachPacket: false, atoms, gates: [], effects: [], decision };
  });

/** Long enough that passes look things up. */
export const networkList = fastCheck.array(rule, { minLength: 64, maxLength: 140 });

/** Packets with addresses of the same bytes, most often with ports. */
export const networkPacket: fastCheck.Arbitrary<AbstractPacket> = fastCheck
  .record({
    source: address,
    destination: address,
    protocol,
    from: fastCheck.nat(9),
    to: fastCheck.nat(9),
    flags: fastCheck.nat(31),
    cut: fastCheck.integer({ min: 0, max: 9 }),
  })
  .map(({ source, destination, protocol: number, from, to, flags, cut }) => {
    const isWhole = cut > 0;
    const hasPorts = isWhole && PROTOCOLS_WITH_PORTS.some((one) => one === number);
    return {
      family: 4,
      source: BigInt(source),
      destination: BigInt(destination),
      in: undefined,
      out: undefined,
      numbers: {
        protocol: number,
        ...(hasPorts ? { 'source port': from, 'destination port': to } : {}),
        ...(number === 6 && isWhole ? { 'tcp flags': flags } : {}),
      },
    };
  });
