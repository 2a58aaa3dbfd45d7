/** Random policies that balance at XDP, over backends of a given network. */
import type { Random } from './classbench/packets.ts';

export interface KnownBackend {
  readonly text: string;
  readonly family: 4 | 6;
  /** Whether the kernel has a source address for packets to it. */
  readonly hasSource: boolean;
}

const VIPS = [
  '192.0.2.10',
  '192.0.2.0/28',
  '198.51.100.1-198.51.100.9',
  '2001:db8::10',
  '2001:db8:5::/64',
  '192.0.2.77, 2001:db8::77',
  '203.0.113.0/24, 2001:db8:7::/48',
  // Packets to some of these are never taken in.
  'ff02::5, ff01::5, ::1, 2001:db8::5',
];
const SERVICES = [
  'tcp/80, tcp/443',
  'udp',
  'tcp',
  'udp/53, tcp/53',
  'tcp/1-1023, sctp/2000-65535',
  'udp/443',
  'tcp, udp, sctp, dccp, udplite',
];
const SIZES = [11, 251, 1009, 65_537];
const FRAGMENTS = [
  'source, destination, protocol',
  'protocol, source',
  'destination',
  'source',
  'destination, protocol, source',
];
const MITIGATIONS = [
  'drop from 10.1.2.0/24, 2001:db8:bad::/48',
  'allow udp/53',
  'count as seen tcp',
  'drop tcp flags fin+syn/fin+syn and count as odd',
  'allow from 10.0.0.0/8 to 192.0.2.0/24',
  'drop icmp',
  'allow fragment',
  'drop where length > 1400',
  'drop udp over 3/day per source, destination burst 4 and count as much',
  'drop where payload[0..1] == 0x0000',
  'drop in uplink dscp is ef',
];

/** Interfaces as in `on`; the first zone is `uplink`. */
export function randomBalancing(backends: readonly KnownBackend[], on: readonly string[], random: Random): string {
  const pick = <Value>(values: readonly Value[]): Value => values[random(values.length)]!;
  const blocks = Array.from({ length: 1 + random(4) }, (_, number) => {
    const hasFrom = random(2) === 0;
    const forward = pick(['ipip', 'ipip', 'gre', 'gre', 'direct']);
    const known = backends.filter(({ hasSource }) => hasFrom || hasSource || forward === 'direct');
    const share = 1 + random(4);
    const family = random(4);
    const isOut = random(6) === 0;
    const rows = known
      .filter((one) => random(4) < share && (family > 0 || one.family === 4))
      .slice(0, 11)
      .map(({ text }) => `(${text}, ${isOut ? 0 : pick([0, 1, 1, 1, 2, 3, 100, 65_535])})`);
    const pool = rows.length > 0 ? rows : [`(${known[0]!.text}, 1)`];
    const from = hasFrom && forward !== 'direct' ? ' from 192.0.2.250, 2001:db8::fa' : '';
    return `balance b${number} {
  vip ${pick(VIPS)} service ${pick(SERVICES)}
  pool table t${number}(addr: ip, weight: u16) = { ${pool.join(', ')} }
  hash maglev ${pick(SIZES)} on ${pick(['flow', 'flow', 'source'])}
  fragments on ${pick(FRAGMENTS)}
  ${pick(['', '', 'remember 40000 flows'])}
  forward ${forward}${from}
}`;
  });
  const rules = Array.from({ length: random(5) }, () => `  ${pick(MITIGATIONS)}`);
  const zones = on.map((name, number) => `zone ${number === 0 ? 'uplink' : `zone${number}`} = ${name}`);
  const where = random(2) === 0 ? '' : ' in uplink';
  const mitigate = rules.length > 0 ? [`mitigate${where} {\n${rules.join('\n')}\n}`] : [];
  return [...zones, ...mitigate, ...blocks, `target edge { xdp on ${on.join(', ')} }`].join('\n');
}
