/**
 * What the steps of a rule set cost a packet, each alone in a forward chain, over the same packets in an empty chain: the
 * ground of `backends/nftables/cost.ts`. Keys are drawn anew for each packet, so large tables do not stay in the caches.
 */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { encodePacket } from '../../cli/lab/packet.ts';
import { formatIpv4 } from '../../compiler/net/address.ts';
import { CLASSBENCH_INTERFACES, randomFrom, type Random } from '../builders/classbench/packets.ts';
import { ipv4 } from '../kernel/harness/crafting.ts';
import { Lab } from '../../cli/lab/lab.ts';
import { median } from './medians.ts';
import { measureLiveFrames } from './live-frames.ts';

const rounds = Number(process.env['SLUICE_BENCH_ROUNDS'] ?? 5);
const only = process.env['SLUICE_BENCH_STEPS']?.split(',');
const SIZES = [2, 10, 100, 1000, 10_000, 60_000];
const DIFFERENT = 20_000;
const PACKETS = 2000;
const RUNS = 50;
const SEED = 1;
/** nft takes at most 128 expressions in a rule. */
const PAIRS = 30;

interface Packet {
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

interface Step {
  readonly name: string;
  /** Rules of the forward chain, and how many times the step stands in them. */
  readonly rules: readonly string[];
  readonly times: number;
  /** Sets, maps and chains. */
  readonly declarations?: string;
  readonly packets?: (random: Random) => Packet;
}

describe('prices', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.create({ interfaces: CLASSBENCH_INTERFACES });
  });
  afterAll(() => lab.destroy());

  test('each step', async () => {
    const steps = [...plainSteps(), ...SIZES.flatMap(sizedSteps)].filter(
      ({ name }) => only === undefined || only.some((part) => name.includes(part)),
    );
    const costs = steps.map((): number[] => []);
    const frames = steps.map(({ packets }) => framesOf(lab, packets ?? anyPacket));
    for (let round = 0; round < rounds; round++) {
      for (const [index, step] of steps.entries()) {
        const [empty, whole] = [await cost(lab, EMPTY, frames[index]!), await cost(lab, step, frames[index]!)];
        costs[index]!.push((whole - empty) / step.times);
      }
    }
    for (const [index, { name }] of steps.entries()) {
      const sorted = costs[index]!.toSorted((a, b) => a - b);
      console.log(
        `${name.padEnd(58)} ${median(sorted).toFixed(1)} ns (${sorted[0]!.toFixed(1)}-${sorted.at(-1)!.toFixed(1)})`,
      );
    }
  });
});

const EMPTY: Step = { name: 'nothing', rules: [], times: 1 };

async function cost(lab: Lab, { rules, declarations = '' }: Step, frames: readonly Uint8Array[]): Promise<number> {
  await lab.exec(['nft', 'flush', 'ruleset']);
  await lab.load(
    `table inet prices {\n${declarations}chain forward { type filter hook forward priority filter; policy drop;\n${rules.join('\n')}\n}\n}\n`,
  );
  const runs = [
    ...Array.from({ length: RUNS }, () => ({ packets: PACKETS, action: 'pass' }) as const),
    ...Array.from({ length: RUNS }, () => ({ packets: PACKETS, action: 'drop' }) as const),
  ];
  const costs = await measureLiveFrames(lab, { interface: 'in0', frames, runs });
  const least = (action: 'pass' | 'drop') =>
    Math.min(...costs.flatMap((one) => (one.action === action ? one.processor : [])));
  return least('pass') - least('drop');
}

function framesOf(lab: Lab, draw: (random: Random) => Packet): Uint8Array[] {
  const random = randomFrom(SEED);
  return Array.from({ length: DIFFERENT }, (_, id) => {
    const { source, destination, sourcePort, destinationPort } = draw(random);
    const packet = encodePacket(
      ipv4(formatIpv4(source), formatIpv4(destination)),
      { protocol: 'udp', sourcePort, destinationPort },
      id,
    );
    return lab.frame(id, 'in0', packet).bytes;
  });
}

/** Where the drawn addresses are: between 16.0.0.0 and 80.0.0.0. */
const FIRST = 16 * 2 ** 24;
const SPACE = 2 ** 30;

function anyPacket(random: Random): Packet {
  return {
    source: FIRST + random(SPACE),
    destination: FIRST + random(SPACE),
    sourcePort: random(0x10000),
    destinationPort: random(0x10000),
  };
}

function plainSteps(): Step[] {
  const same = (count: number, rule: string) => Array.from({ length: count }, () => rule);
  const pair = (text: string) => same(PAIRS, text).join(' ');
  return [
    { name: 'a rule that its first match refuses', times: 200, rules: same(200, 'ip saddr 192.0.2.77') },
    { name: 'a rule that its first match, of a mask, refuses', times: 200, rules: same(200, 'ip saddr 192.0.2.64/27') },
    {
      name: 'a rule that its first match, of a range, refuses',
      times: 200,
      rules: same(200, 'ip saddr 192.0.2.1-192.0.2.77'),
    },
    { name: 'a match that holds', times: PAIRS, rules: [pair('ip protocol udp')] },
    { name: 'a match under a mask that holds', times: PAIRS, rules: [pair('ip saddr & 128.0.0.0 == 0.0.0.0')] },
    { name: 'a match of a range that holds', times: PAIRS, rules: [pair('ip saddr 16.0.0.0-80.0.0.0')] },
    { name: 'a comparison of mark bits that refuses', times: 200, rules: same(200, 'meta mark & 0xffff00 > 0x1000') },
    { name: 'a comparison of mark bits that holds', times: PAIRS, rules: [pair('meta mark & 0xffff00 < 0x1000')] },
    {
      name: 'setting some bits of the mark',
      times: PAIRS,
      rules: [pair('meta mark set meta mark & 0xff0000ff | 0x100')],
    },
    { name: 'a set in the rule: protocols', times: PAIRS, rules: [pair('meta l4proto { tcp, udp, sctp }')] },
    { name: 'a set in the rule: ports', times: PAIRS, rules: [pair('th dport { 0-30000, 30001-65535 }')] },
    {
      name: 'a jump and the way back',
      times: 50,
      rules: same(50, 'jump nothing'),
      declarations: 'chain nothing { }\n',
    },
    {
      name: 'a jump to a chain of its own and the way back',
      times: 50,
      rules: Array.from({ length: 50 }, (_, index) => `jump nothing${index}`),
      declarations: Array.from({ length: 50 }, (_, index) => `chain nothing${index} { ip saddr 192.0.2.77\n}\n`).join(
        '',
      ),
    },
  ];
}

function sizedSteps(size: number): Step[] {
  const random = randomFrom(SEED);
  const addresses = [...new Set(Array.from({ length: size }, () => FIRST + random(SPACE)))];
  const one = (draw: Random) => addresses[draw(addresses.length)]!;
  const map = (type: string, elements: readonly string[], flags = '') =>
    `map looked_up { type ${type} : verdict; ${flags} elements = { ${elements.map((element) => `${element} : continue`).join(', ')} }\n}\n`;
  const edges = [...addresses, FIRST + SPACE].toSorted((a, b) => a - b);
  const intervals = edges.slice(1).map((end, index) => `${formatIpv4(edges[index]!)}-${formatIpv4(end - 1)}`);
  const blocks = [...new Set(addresses.map((address) => address - (address % 256)))];
  const chains = addresses.map((_, index) => `chain c${index} { ip saddr 192.0.2.77\n}\n`).join('');
  const services = Math.min(size, 30);
  const tuple = (index: number) => {
    const [source, destination] = [addresses[index]!, addresses[(index * 7919) % addresses.length]!];
    return { source, destination, port: (index % services) * 1000 };
  };
  const tuples = addresses.map((_, index) => tuple(index));
  const hit = (draw: Random): Packet => {
    const { source, destination, port } = tuples[draw(tuples.length)]!;
    return { source, destination, sourcePort: 5000, destinationPort: port + draw(1000) };
  };
  const wide = tuples.map(
    ({ source, destination, port }) =>
      `${formatIpv4(source)} . ${formatIpv4(destination)} . udp . 1024-65535 . ${port}-${port + 999}`,
  );
  const fromTo = [...new Set(tuples.map(({ source, port }) => `${formatIpv4(source)} . ${port}-${port + 999}`))];
  const named = (name: string, rest: Omit<Step, 'name' | 'times'>): Step => ({
    name: `${name}, of ${size}`,
    times: 1,
    ...rest,
  });
  const source = (draw: Random): Packet => ({ ...anyPacket(draw), source: one(draw) });
  return [
    named('addresses, found', {
      rules: ['ip saddr vmap @looked_up'],
      declarations: map('ipv4_addr', addresses.map(formatIpv4)),
      packets: source,
    }),
    named('addresses, not found', {
      rules: ['ip saddr vmap @looked_up'],
      declarations: map('ipv4_addr', addresses.map(formatIpv4)),
    }),
    named('addresses under a mask, found', {
      rules: ['ip saddr & 255.255.255.0 vmap @looked_up'],
      declarations: map('ipv4_addr', blocks.map(formatIpv4)),
      packets: source,
    }),
    named('addresses, found, into a chain each', {
      rules: ['ip saddr vmap @looked_up'],
      declarations: `${chains}map looked_up { type ipv4_addr : verdict; elements = { ${addresses.map((address, index) => `${formatIpv4(address)} : jump c${index}`).join(', ')} }\n}\n`,
      packets: source,
    }),
    named('pairs of addresses, found', {
      rules: ['ip saddr . ip daddr vmap @looked_up'],
      declarations: map('ipv4_addr . ipv4_addr', [
        ...new Set(tuples.map((of) => `${formatIpv4(of.source)} . ${formatIpv4(of.destination)}`)),
      ]),
      packets: hit,
    }),
    named('intervals of addresses', {
      rules: ['ip saddr vmap @looked_up'],
      declarations: map('ipv4_addr', intervals, 'flags interval;'),
    }),
    named('address and port range (pipapo), found', {
      rules: ['ip saddr . th dport vmap @looked_up'],
      declarations: map('ipv4_addr . inet_service', fromTo, 'flags interval;'),
      packets: hit,
    }),
    named('five fields (pipapo), found', {
      rules: ['ip saddr . ip daddr . meta l4proto . th sport . th dport vmap @looked_up'],
      declarations: map('ipv4_addr . ipv4_addr . inet_proto . inet_service . inet_service', wide, 'flags interval;'),
      packets: hit,
    }),
    named('five fields (pipapo), not found', {
      rules: ['ip saddr . ip daddr . meta l4proto . th sport . th dport vmap @looked_up'],
      declarations: map('ipv4_addr . ipv4_addr . inet_proto . inet_service . inet_service', wide, 'flags interval;'),
    }),
  ];
}
