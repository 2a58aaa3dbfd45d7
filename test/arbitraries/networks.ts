/** Lists of rules about networks of many sizes, inside each other and apart, with ports and flags, and packets for them. */
import fastCheck from 'fast-check';
import type { Atom, Decision, ProgramRule } from '../../compiler/4-program/program.ts';
import { PROTOCOLS_WITH_PORTS } from '../../compiler/model/fields.ts';
import { IntervalSet } from '../../compiler/net/interval-set.ts';
import type { AbstractPacket } from '../oracles/plan-walk.ts';
import { origin } from './program.ts';

/** A few bytes only, so that networks nest and packets meet them. */
const byte = fastCheck.constantFrom(0, 1, 2, 128, 255);
const address = fastCheck
  .array(byte, { minLength: 4, maxLength: 4 })
  .map((bytes) => bytes.reduce<number>((all, one) => all * 256 + one, 0));

const network = fastCheck
  .tuple(address, fastCheck.constantFrom(13, 15, 16, 17, 20, 24, 31, 32))
  .map(([inside, length]): [number, number] => {
    const size = 2 ** (32 - length);
    const low = Math.floor(inside / size) * size;
    return [low, low + size - 1];
  });

type Networks = fastCheck.Arbitrary<IntervalSet>;

/** Hosts of one network. */
const neighbours = fastCheck
  .tuple(address, fastCheck.uniqueArray(byte, { minLength: 2, maxLength: 3 }))
  .map(([inside, hosts]) =>
    hosts.map((host): [number, number] => {
      const one = inside - (inside % 256) + host;
      return [one, one];
    }),
  );

/** One network most often, as people write them; several, apart or side by side; and any range. */
const networks: Networks = fastCheck
  .oneof(
    { weight: 3, arbitrary: fastCheck.tuple(network) },
    { weight: 2, arbitrary: fastCheck.tuple(network, network, network) },
    { weight: 2, arbitrary: neighbours },
    {
      weight: 3,
      arbitrary: fastCheck
        .tuple(address, address)
        .map(([a, b]) => [[Math.min(a, b), Math.max(a, b)] as [number, number]]),
    },
  )
  .map((list) => IntervalSet.fromIntervals(32, list));

/** Networks of two places that are built alike, so that what stands far apart meets the same rules. */
const twinNetworks: Networks = network.map(([low, high]) =>
  IntervalSet.fromIntervals(
    32,
    [0, 2 ** 24].map((place) => [(low ^ place) >>> 0, (high ^ place) >>> 0] as const),
  ),
);

const ports = fastCheck
  .tuple(fastCheck.nat(7), fastCheck.nat(2))
  .map(([low, more]) => IntervalSet.range(16, low, low + more));

const protocol = fastCheck.constantFrom<number>(...PROTOCOLS_WITH_PORTS, 1);

const ruleAbout = (addresses: Networks) =>
  fastCheck
    .record({
      source: fastCheck.option(addresses, { freq: 2 }),
      destination: fastCheck.option(addresses, { freq: 2 }),
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

const listAbout = (addresses: Networks) => fastCheck.array(ruleAbout(addresses), { minLength: 64, maxLength: 140 });

const networkList = fastCheck.oneof(listAbout(networks), listAbout(twinNetworks));

/** A packet's fields; of one that is cut (0), ports and flags are not there. */
const fields = fastCheck.record({
  source: address,
  destination: address,
  protocol,
  from: fastCheck.nat(9),
  to: fastCheck.nat(9),
  flags: fastCheck.nat(31),
  cut: fastCheck.integer({ min: 0, max: 9 }),
});

type Fields = typeof fields extends fastCheck.Arbitrary<infer Value> ? Value : never;

function packetOf({ source, destination, protocol: number, from, to, flags, cut }: Fields): AbstractPacket {
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
}

/** A value at an end of one of a set's intervals, or beside it. */
const near = fastCheck
  .record({
    interval: fastCheck.nat(),
    end: fastCheck.constantFrom('low' as const, 'high' as const),
    off: fastCheck.constantFrom(0, 0, 0, 1, -1),
  })
  .map(({ interval, end, off }) => (set: IntervalSet): number => {
    const at = interval % set.intervalCount;
    return (Number(end === 'low' ? set.lowAt(at) : set.highAt(at)) + off) >>> 0;
  });

/** Packets for one of the rules or just beside what it wants: few that are drawn freely meet a network of one address. */
function packetNear(list: readonly ProgramRule[]): fastCheck.Arbitrary<AbstractPacket> {
  return fastCheck
    .tuple(fields, fastCheck.constantFrom(...list), near, near)
    .map(([drawn, { atoms }, bySource, byDestination]) => {
      const wanted = (field: string, pick: (set: IntervalSet) => number): number | undefined => {
        const test = atoms.find((one) => 'field' in one.test && one.test.field === field)?.test;
        return test && 'in' in test && test.in instanceof IntervalSet ? pick(test.in) : undefined;
      };
      const lowest = (set: IntervalSet): number => Number(set.lowAt(0));
      const flags = atoms.flatMap(({ test }) => (test.kind === 'masked' ? [test.value] : []));
      return packetOf({
        source: wanted('source', bySource) ?? drawn.source,
        destination: wanted('destination', byDestination) ?? drawn.destination,
        protocol: flags.length > 0 ? 6 : (wanted('protocol', lowest) ?? drawn.protocol),
        from: wanted('source port', lowest) ?? drawn.from,
        to: wanted('destination port', lowest) ?? drawn.to,
        flags: flags[0] ?? drawn.flags,
        cut: drawn.cut,
      });
    });
}

/**
 * Lists long enough that passes look things up, with packets of the same bytes, most often with ports: as many drawn freely
 * as for rules of the list.
 */
export const networksWithPackets: fastCheck.Arbitrary<readonly [ProgramRule[], AbstractPacket[]]> = networkList.chain(
  (list) =>
    fastCheck.tuple(
      fastCheck.constant(list),
      fastCheck.array(fastCheck.oneof(fields.map(packetOf), packetNear(list)), { minLength: 60, maxLength: 60 }),
    ),
);
