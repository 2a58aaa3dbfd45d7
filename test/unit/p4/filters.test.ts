/** What a NIC drops by stateless filters: what the host drops without a word, wherever its routes lead. */
import { describe, expect, it } from 'vitest';
import { renderFindings } from '../../../compiler/diagnostics/render.ts';
import { parseIpv4, parseIpv6 } from '../../../compiler/net/address.ts';
import { icmpPacket, udpPacket, type IpFields } from '../../../compiler/semantics/packet/build.ts';
import { encodeFrame, frameOf, type VlanTag } from '../../../compiler/semantics/packet/frame.ts';
import type { Packet } from '../../../compiler/semantics/packet/packet.ts';
import type { Policy } from '../../../compiler/model/index.ts';
import { compileForNic, switchWith } from '../../builders/nic-files.ts';
import { NicReference } from '../../oracles/nic-reference.ts';

const FILTERS = `filter input stateless default drop {
  allow udp/53
  drop ttl 9
}
filter forward stateless default drop {
  allow in uplink udp/53, udp/443
  allow udp/80 ttl 8
  log udp/99
  allow out uplink udp/123
}
`;

function policyOf(blocks: string, settings = 'default route'): string {
  return `zone uplink = eth0
zone inside = eth1 vlan 100-199
${blocks}
target edge { ${settings} nftables p4 v1model on eth0, eth1 }`;
}

const INTERFACES = ['eth0', 'eth1'];

interface Nic {
  readonly files: ReadonlyMap<string, string>;
  readonly policy: Policy;
}

function nicOf(text: string): Nic {
  const { files, policy, diagnostics } = compileForNic(text);
  expect(renderFindings(diagnostics.filter(({ severity }) => severity === 'error'))).toBe('');
  return { files, policy: policy! };
}

type Ends = Partial<Omit<IpFields, 'source' | 'destination'>> & { readonly from?: string; readonly to?: string };

function udp(port: number, ends: Ends = {}, length = 8): Packet {
  return udpPacket(ipOf(ends), { sourcePort: 4000, destinationPort: port, payload: new Uint8Array(length) });
}

function ipOf({ from, to, ...rest }: Ends): IpFields {
  const isIpv6 = (from ?? to ?? '').includes(':');
  const [source, destination] = [
    from ?? (isIpv6 ? '2001:db8::9' : '9.9.9.9'),
    to ?? (isIpv6 ? '2001:db8:1::1' : '203.0.113.7'),
  ];
  return { family: isIpv6 ? 6 : 4, source: addressOf(source), destination: addressOf(destination), ...rest };
}

function addressOf(text: string): bigint {
  return BigInt(parseIpv4(text) ?? parseIpv6(text)!);
}

const tag = (vlan: number): VlanTag => ({ etherType: 0x8100, control: vlan });

/** Whether it is dropped where it comes in by a port. What is, the reference drops in silence, whatever the routes. */
function isDropped(nic: Nic, packet: Packet, tags: readonly VlanTag[] = [], port = 0): boolean {
  const bytes = encodeFrame(frameOf(packet, 0n, 0n, tags));
  const dropped = switchWith(nic.files).run(port, bytes).port === undefined;
  if (dropped) expect(isSilent(nic, packet, tags, port)).toBe(true);
  return dropped;
}

function isSilent({ policy }: Nic, packet: Packet, tags: readonly VlanTag[] = [], port = 0): boolean {
  const bytes = encodeFrame(frameOf(packet, 0n, 0n, tags));
  return new NicReference(policy, INTERFACES).judge({ in: INTERFACES[port]!, bytes }).isSilent;
}

/** It goes up, and some host does something with it. */
function isTheHosts(nic: Nic, packet: Packet, tags: readonly VlanTag[] = [], port = 0): boolean {
  return !isDropped(nic, packet, tags, port) && !isSilent(nic, packet, tags, port);
}

describe('stateless filters before a host with a route for every destination', () => {
  const nic = nicOf(policyOf(FILTERS));

  it('drops what both forbid, and sends up what one of them may let through', () => {
    expect(isDropped(nic, udp(22))).toBe(true);
    expect(isTheHosts(nic, udp(53))).toBe(true);
    expect(isTheHosts(nic, udp(443))).toBe(true);
    expect(isTheHosts(nic, udp(99))).toBe(true);
    expect(isTheHosts(nic, udp(123))).toBe(true);
  });

  it('asks `filter forward` for the TTL that a packet will have there', () => {
    expect(isTheHosts(nic, udp(80, { ttl: 9 }))).toBe(true);
    expect(isDropped(nic, udp(80, { ttl: 8 }))).toBe(true);
  });

  it('sends up what the host would answer before it asks a filter', () => {
    expect(isDropped(nic, udp(22, { ttl: 2 }))).toBe(true);
    expect(isTheHosts(nic, udp(22, { ttl: 1 }))).toBe(true);
    // The least MTU of IPv4 is 68 bytes; without "don't fragment" the host would cut it.
    expect(isDropped(nic, udp(22, { dontFragment: true }, 40))).toBe(true);
    expect(isTheHosts(nic, udp(22, { dontFragment: true }, 41))).toBe(true);
    expect(isDropped(nic, udp(22, {}, 1000))).toBe(true);
    // That of IPv6 is 1,280.
    expect(isDropped(nic, udp(22, { from: '2001:db8::9' }, 1232))).toBe(true);
    expect(isTheHosts(nic, udp(22, { from: '2001:db8::9' }, 1233))).toBe(true);
    expect(isTheHosts(nic, udp(22, { from: 'fe80::9', to: '2001:db8:1::1' }))).toBe(true);
    expect(isDropped(nic, udp(22, { from: '2001:db8::9', to: 'fe80::1' }))).toBe(false);
  });

  it('sends up frames for VLANs that the zone does not name, for which the host may have an interface', () => {
    const open = (hook: string) => `filter ${hook} stateless default allow { drop in uplink, inside udp/22 }`;
    const zoned = nicOf(policyOf(`${open('input')} ${open('forward')}`));
    expect(isDropped(zoned, udp(22))).toBe(true);
    expect(isTheHosts(zoned, udp(22), [tag(5)])).toBe(true);
    expect(isDropped(zoned, udp(22), [tag(150)], 1)).toBe(true);
    expect(isTheHosts(zoned, udp(22), [tag(150), tag(5)], 1)).toBe(true);
  });
});

describe('stateless filters before a host that may answer for want of a route', () => {
  const nic = nicOf(policyOf(FILTERS, ''));

  it('drops what no host answers, and what stays on its link', () => {
    expect(isTheHosts(nic, udp(22))).toBe(true);
    // Multicast DNS, whose router is nobody; a group beyond the link is asked of both.
    expect(isDropped(nic, udp(5353, { to: '224.0.0.251' }))).toBe(true);
    expect(isDropped(nic, udp(443, { to: '224.0.0.251' }))).toBe(true);
    expect(isDropped(nic, udp(443, { to: '239.255.255.250' }))).toBe(false);
    expect(isDropped(nic, udp(1900, { to: '239.255.255.250' }))).toBe(true);
    expect(isDropped(nic, udp(67, { to: '255.255.255.255' }))).toBe(true);
    expect(isDropped(nic, udp(22, { from: '0.0.0.0' }))).toBe(true);
    expect(isDropped(nic, udp(5353, { from: 'fe80::9', to: 'ff02::fb' }))).toBe(true);
    expect(isDropped(nic, udp(22, { from: '2001:db8::9', to: 'ff05::2' }, 1232))).toBe(true);
    expect(isDropped(nic, udp(22, { from: '2001:db8::9', to: 'ff05::2' }, 1233))).toBe(false);
    const icmp = (type: number) => icmpPacket(ipOf({}), { type, code: 0, rest: 0, payload: new Uint8Array(8) });
    expect(isDropped(nic, icmp(3))).toBe(true);
    expect(isTheHosts(nic, icmp(8))).toBe(true);
  });

  it('says in the split what the target may say', () => {
    expect(nic.files.get('p4/split.txt')).toContain(
      'host  test.sluice:3: both filters forbid it (IPv4)   (the host answers it where it has no route for it: say `default route` in the target if it has one for every destination)\n',
    );
  });
});

describe('where the two filters are not both there', () => {
  it('drops by `filter input` what stays on its link', () => {
    const nic = nicOf(policyOf('filter input stateless default drop { allow udp/53 }'));
    expect(isTheHosts(nic, udp(22))).toBe(true);
    expect(isDropped(nic, udp(22, { to: '224.0.0.251' }))).toBe(true);
    expect(nic.files.get('p4/split.txt')).toContain(
      'a NIC does not know which packets are for this host, and `filter forward`',
    );
  });

  it('drops nothing by `filter forward` alone, and says so', () => {
    const nic = nicOf(policyOf('mitigate { drop udp/7 } filter forward stateless default drop { allow udp/53 }'));
    expect(isDropped(nic, udp(7))).toBe(true);
    expect(isTheHosts(nic, udp(22))).toBe(true);
    expect(nic.files.get('p4/program.p4')).not.toContain('filter_forward');
    expect(nic.files.get('p4/split.txt')).toMatch(/^Rules of `mitigate` and of stateless filters/);
    const forward = nic.files
      .get('p4/split.txt')!
      .split('\n')
      .find((line) => line.includes('filter forward stateless'))!;
    expect(forward).toMatch(/^host .*`filter input` forbids none that it can tell\)$/);
  });
});

describe('a filter whose packets something may change or count before', () => {
  const ONE = 'mitigate { drop udp/7 }';
  const isTaken = (block: string) => {
    const nic = nicOf(policyOf(`${ONE} ${FILTERS} ${block}`));
    const taken = isDropped(nic, udp(22));
    expect(nic.files.get('p4/program.p4')!.includes('filter_forward')).toBe(taken);
    expect(isDropped(nic, udp(7))).toBe(true);
    return taken;
  };

  it.each([
    ['raw { drop udp/9 }'],
    ['mangle prerouting { mark set 5 udp/16384-32767 }'],
    ['mangle prerouting { dscp set 46 udp/16384-32767 and count as marked }'],
    ['mangle input { dscp set 46 udp/9 up to 5/second }'],
    ['mangle input { log udp/9 }'],
    ['mangle forward { dscp set 46 udp/9 mss clamp tcp flags syn/syn mark set 1 tcp/80 }'],
    ['nat { masquerade out uplink }'],
    ['filter output default drop { }'],
  ])("is the host's: %s", (block) => {
    expect(isTaken(block)).toBe(false);
  });

  it.each([
    ['count { traffic udp/53 as dns }'],
    ['mangle prerouting { dscp set 46 udp/16384-32767 }'],
    ['mangle prerouting { mss set 1200 tcp flags syn/syn } mangle input { dscp set 8 tcp/80 }'],
    ['mangle postrouting { mark set 5 udp/9 and log }'],
  ])('is asked where nobody sees of a dropped packet what has changed: %s', (block) => {
    expect(isTaken(block)).toBe(true);
  });

  it('asks nothing that may have been changed before', () => {
    const filter = (hook: string) =>
      `filter ${hook} stateless default allow { drop dscp is 0 udp/10-19  drop udp/20  allow dscp is 46 udp/9  drop udp/9 }`;
    const both = `${filter('input')} ${filter('forward')}`;
    const plain = nicOf(policyOf(both));
    const marked = nicOf(policyOf(`${both} mangle prerouting { dscp set 46 udp/9 }`));
    const dropped = (nic: Nic) => [9, 10, 20, 21].map((port) => isDropped(nic, udp(port)));
    expect(dropped(plain)).toEqual([true, true, true, false]);
    expect(dropped(marked)).toEqual([false, false, true, false]);
    expect(marked.files.get('p4/split.txt')).toContain(
      'drop dscp is 0 udp/10-19   (`mangle` may have changed before what it asks for)',
    );
  });

  it("is the host's for packets that `mitigate` limits or counts", () => {
    const nic = nicOf(policyOf(`mitigate { drop udp/21 over 5/second  count as seen udp/22 } ${FILTERS}`));
    expect([20, 21, 22, 23].map((port) => isDropped(nic, udp(port)))).toEqual([true, false, false, true]);
  });
});

describe('counters of filters', () => {
  const text = (architecture: string) => policyOf(FILTERS).replace('v1model', architecture);
  const [ports, packets] = [
    [22, 53, 99, 53],
    [udp(22), udp(53), udp(99), udp(53)],
  ] as const;

  it('tell of each rule how many packets have met it, whatever becomes of them', () => {
    const { files } = nicOf(text('pna'));
    const nic = switchWith(files);
    const passed = packets.map((packet) => nic.run(0, encodeFrame(frameOf(packet))).port !== undefined);
    expect(passed).toEqual(ports.map((port) => port !== 22));
    const rules = files.get('p4/split.txt')!.split('\n').slice(2);
    const met = [...nic.counted].map(([counter, count]) => {
      const [, table, at] = /^met_(\w+)\[(\d+)\]$/.exec(counter)!;
      return [table!, rules[Number(at)]!.replace(/^\w+ +test\.sluice:\d+: | {3}\(.*/g, ''), count] as const;
    });
    expect(met.filter(([table]) => table !== 'ipv4').toSorted()).toEqual([
      ['filter_forward_ipv4', 'allow in uplink udp/53, udp/443', 2],
      ['filter_forward_ipv4', 'filter forward stateless default drop', 1],
      ['filter_forward_ipv4', 'log udp/99', 1],
      ['filter_input_ipv4', 'allow udp/53', 2],
      ['filter_input_ipv4', 'filter input stateless default drop', 2],
    ]);
    expect(met.find(([table]) => table === 'ipv4')).toEqual(['ipv4', 'both filters forbid it (IPv4)', 1]);
  });

  it('are of entries in v1model', () => {
    const program = nicOf(text('v1model')).files.get('p4/program.p4')!;
    for (const table of ['filter_input_ipv4', 'filter_forward_ipv6']) {
      expect(program).toContain(`direct_counter(CounterType.packets) met_${table};`);
      expect(program).toContain(`counters = met_${table};`);
    }
  });
});
