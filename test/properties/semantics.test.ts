/** Laws that the reference obeys whatever the policy and the packets. */
import fastCheck from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Condition } from '../../compiler/model/condition.ts';
import { TCP_FLAGS } from '../../compiler/model/fields.ts';
import type { Rule } from '../../compiler/model/policy.ts';
import { charge } from '../../compiler/semantics/limits.ts';
import { fragmentsOf } from '../../compiler/semantics/kernel/fragments.ts';
import { joined } from '../../compiler/semantics/kernel/reassembly.ts';
import { hasRightChecksum } from '../../compiler/semantics/kernel/checksums.ts';
import { icmpPacket, ipPacket, tcpPacket, udpPacket, type IpFields } from '../../compiler/semantics/packet/build.ts';
import { decodePacket } from '../../compiler/semantics/packet/decode.ts';
import { decodeFrame } from '../../compiler/semantics/packet/frame.ts';
import type { Packet } from '../../compiler/semantics/packet/packet.ts';
import { tupleOfPacket } from '../../compiler/semantics/kernel/tuples.ts';
import { PersistentMap } from '../../compiler/semantics/persistent-map.ts';
import { inverted } from '../../compiler/semantics/flows.ts';
import { Router, ZONES, fromInside, fromUplink, inside, uplink } from '../builders/packets.ts';
import {
  ANY,
  address,
  all,
  allow,
  any,
  cell,
  comesIn,
  countAsCell,
  dnat,
  drop,
  each,
  effects,
  filter,
  flowState,
  from,
  goesOut,
  host,
  icmp4,
  masquerade,
  mitigate,
  nat,
  not,
  number,
  policy,
  protocol,
  service,
  snat,
  table,
  tcpFlags,
  to,
} from '../builders/policy.ts';

const hosts = fastCheck.constantFrom(
  '10.0.0.9',
  '10.0.0.10',
  '10.1.2.3',
  '198.51.100.7',
  '198.51.100.8',
  '203.0.113.80',
);
const hosts6 = fastCheck.constantFrom('2001:db8:1::9', '2001:db8:1::a', '2001:db8:f::7', '2001:db8:f::8');
const ports = fastCheck.constantFrom(22, 53, 80, 443, 40000, 40001);

const ip: fastCheck.Arbitrary<IpFields> = fastCheck
  .oneof(fastCheck.tuple(hosts, hosts), fastCheck.tuple(hosts6, hosts6))
  .map(([source, destination]) => ({
    family: address(source).family,
    source: address(source).value,
    destination: address(destination).value,
  }));

const packets: fastCheck.Arbitrary<Packet> = fastCheck.oneof(
  fastCheck
    .tuple(ip, ports, ports, fastCheck.integer({ min: 0, max: 255 }), fastCheck.uint8Array({ maxLength: 40 }))
    .map(([header, sourcePort, destinationPort, flags, payload]) =>
      tcpPacket(header, { sourcePort, destinationPort, flags, payload }),
    ),
  fastCheck
    .tuple(ip, ports, ports, fastCheck.uint8Array({ maxLength: 40 }))
    .map(([header, sourcePort, destinationPort, payload]) =>
      udpPacket(header, { sourcePort, destinationPort, payload }),
    ),
  fastCheck
    .tuple(ip, fastCheck.integer({ min: 0, max: 255 }), fastCheck.integer({ min: 0, max: 3 }))
    .map(([header, type, rest]) => icmpPacket(header, { type, code: 0, rest })),
  fastCheck
    .tuple(ip, fastCheck.integer({ min: 0, max: 255 }), fastCheck.uint8Array({ maxLength: 40 }))
    .map(([header, carried, content]) => ipPacket(header, carried, content)),
);

/** First packets that begin a flow. */
const openers: fastCheck.Arbitrary<Packet> = fastCheck
  .tuple(fastCheck.constantFrom('tcp', 'udp', 'icmp'), hosts, hosts, ports, ports)
  .filter(([, source, destination]) => source.startsWith('10.') && !destination.startsWith('10.'))
  .map(([kind, source, destination, sourcePort, destinationPort]) => {
    const header: IpFields = { family: 4, source: address(source).value, destination: address(destination).value };
    if (kind === 'tcp') return tcpPacket(header, { sourcePort, destinationPort, flags: TCP_FLAGS.syn, sequence: 100 });
    if (kind === 'udp') return udpPacket(header, { sourcePort, destinationPort });
    return icmpPacket(header, { type: 8, code: 0, rest: sourcePort * 65536 });
  });

const leaf: fastCheck.Arbitrary<Condition> = fastCheck.oneof(
  hosts.map((one) => from(one)),
  fastCheck.constantFrom<Condition>(
    to('10.0.0.0/8'),
    from('2001:db8:1::/64', '10.0.0.0/24'),
    host('198.51.100.7'),
    service('tcp/80', 'udp/53'),
    service('tcp/0-1023'),
    protocol('udp'),
    tcpFlags('syn'),
    icmp4(8),
    number('length', '0-60'),
    number('source port', '40000'),
    comesIn(inside),
    goesOut(uplink),
    flowState(0),
    flowState(3),
    number('fragment', '0'),
    number('vlan', '1'),
    { kind: 'same field', left: 'source port', right: 'destination port' },
    { kind: 'payload', field: { payload: [0, 0] }, value: Uint8Array.of(0), mask: Uint8Array.of(1) },
  ),
);

const conditions: fastCheck.Arbitrary<Condition> = fastCheck.letrec<{ condition: Condition }>((tie) => ({
  condition: fastCheck.oneof(
    { maxDepth: 3 },
    leaf,
    tie('condition').map(not),
    fastCheck.array(tie('condition'), { maxLength: 3 }).map((of) => all(...of)),
    fastCheck.array(tie('condition'), { maxLength: 3 }).map((of) => any(...of)),
  ),
})).condition;

const rules: fastCheck.Arbitrary<readonly Rule[]> = fastCheck.array(
  fastCheck
    .tuple(fastCheck.boolean(), conditions)
    .map(([allows, condition]) => (allows ? allow({ if: condition }) : drop({ if: condition }))),
  { maxLength: 5 },
);

function reply(packet: Packet): Packet {
  const header: IpFields = {
    family: packet.family,
    source: packet.destination ?? 0n,
    destination: packet.source ?? 0n,
  };
  const turned = { sourcePort: packet.destinationPort ?? 0, destinationPort: packet.sourcePort ?? 0 };
  if (packet.tcp !== undefined) {
    return tcpPacket(header, {
      ...turned,
      flags: TCP_FLAGS.syn | TCP_FLAGS.ack,
      sequence: 900,
      acknowledgement: packet.tcp.sequence + 1,
    });
  }
  if (packet.icmp !== undefined) {
    return icmpPacket(header, { type: 0, code: 0, rest: (packet.icmp.identifier ?? 0) * 65536 });
  }
  return udpPacket(header, turned);
}

describe('conditions', () => {
  it('and their negation split all packets in two', () => {
    fastCheck.assert(
      fastCheck.property(conditions, packets, (condition, packet) => {
        const dropped = (test: Condition) =>
          new Router(policy(ZONES, mitigate([inside], drop({ if: test })))).take(fromInside(packet)).spoke.length > 0;
        const kinds = [dropped(condition), dropped(not(condition))];
        expect(kinds.toSorted()).toEqual([false, true]);
      }),
    );
  });

  it('of rules in any order of equal verdicts give one fate', () => {
    fastCheck.assert(
      fastCheck.property(fastCheck.array(conditions, { maxLength: 4 }), packets, (tests, packet) => {
        const fate = (order: readonly Condition[]) =>
          new Router(
            policy(
              ZONES,
              filter('forward', { default: 'drop', stateless: true }, ...order.map((test) => allow({ if: test }))),
            ),
          ).fate(fromInside(packet));
        expect(fate(tests.toReversed())).toBe(fate(tests));
      }),
    );
  });
});

describe('limits', () => {
  it('never admit more than the burst and the rate allow, and all that keeps to the rate', () => {
    const times = fastCheck.array(fastCheck.nat({ max: 3_000_000_000 }), { minLength: 1, maxLength: 60 });
    fastCheck.assert(
      fastCheck.property(
        fastCheck.integer({ min: 1, max: 50 }),
        fastCheck.integer({ min: 1, max: 10 }),
        times,
        (amount, burst, unordered) => {
          const rate = { of: 'events', amount, perSeconds: 1 } as const;
          const unit = 1_000_000_000n;
          const admitted: bigint[] = [];
          let arrival: bigint | undefined;
          for (const time of unordered
            .toSorted((a, b) => a - b)
            .map((nanoseconds) => BigInt(nanoseconds) * BigInt(amount))) {
            const next = charge(rate, burst, arrival ?? time, time, 100);
            if (next !== undefined) admitted.push(time);
            // What waited for T since the last one always conforms.
            else expect(time - (admitted.at(-1) ?? 0n)).toBeLessThan(unit);
            arrival = next ?? arrival;
          }
          for (const [k, start] of admitted.entries()) {
            for (const [later, end] of admitted.slice(k).entries()) {
              expect(BigInt(later + 1)).toBeLessThanOrEqual(BigInt(burst) + (end - start) / unit);
            }
          }
        },
      ),
    );
  });
});

describe('flows', () => {
  it('that were let through get their replies, whatever the rules', () => {
    fastCheck.assert(
      fastCheck.property(rules, openers, (body, opener) => {
        const router = new Router(policy(ZONES, filter('forward', { default: 'drop' }, ...body)));
        const { fate } = router.take(fromInside(opener));
        if (fate.kind !== 'forwarded') return;
        expect(router.take(fromUplink(reply(opener))).fate.kind).toBe('forwarded');
        expect(router.take(fromInside(opener)).fate.kind).toBe('forwarded');
      }),
    );
  });

  it('leave no trace of packets that are dropped', () => {
    fastCheck.assert(
      fastCheck.property(rules, packets, (body, packet) => {
        const router = new Router(
          policy(ZONES, nat(masquerade({ if: goesOut(uplink) })), filter('forward', { default: 'drop' }, ...body)),
        );
        const { fate, state } = router.outcomes(fromInside(packet))[0]!;
        if (fate.kind !== 'gone') return;
        expect([state.flows.size, state.tuples.size, state.flowsBySource.size, state.counters.size]).toEqual([
          0, 0, 0, 0,
        ]);
      }),
    );
  });

  it('come back from translation as they went', () => {
    const translations = fastCheck.constantFrom(
      nat(masquerade({ if: goesOut(uplink) })),
      nat(snat({ if: ANY, to: ['203.0.113.50-203.0.113.53'], ports: '1000-1003' })),
      nat(
        snat({ if: service('tcp', 'udp'), to: ['203.0.113.50'], random: true }),
        dnat({ if: to('198.51.100.7'), to: ['198.51.100.8'] }),
      ),
      nat(dnat({ if: service('tcp/80'), to: ['198.51.100.9'], ports: '8080' })),
    );
    fastCheck.assert(
      fastCheck.property(translations, fastCheck.array(openers, { minLength: 1, maxLength: 12 }), (block, sent) => {
        const router = new Router(policy(ZONES, block));
        const replies = new Map<string, string>();
        for (const opener of sent) {
          const { fate } = router.take(fromInside(opener));
          if (fate.kind !== 'forwarded') continue;
          const [out] = fate.leaving.packets;
          expect(hasRightChecksum(out!)).toBe(true);
          const answer = reply(out!);
          const back = router.outcomes(fromUplink(answer))[0]!.fate;
          expect(back.kind).toBe('forwarded');
          const returned = back.kind === 'forwarded' ? back.leaving.packets[0]! : answer;
          const turned = inverted(tupleOfPacket(opener)!);
          expect(tupleOfPacket(returned)).toEqual(turned);
          expect(hasRightChecksum(returned)).toBe(true);
          // No two conversations have the same replies.
          const [key, mine] = [JSON.stringify(tupleOfPacket(answer), asText), JSON.stringify(turned, asText)];
          expect(replies.get(key) ?? mine).toBe(mine);
          replies.set(key, mine);
        }
      }),
    );
  });
});

function asText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}

describe('rows', () => {
  it('of a table mean what the rules written out mean', () => {
    const nets = fastCheck.tuple(
      fastCheck.constantFrom('10.0.0', '10.1.2', '198.51.100', '203.0.113'),
      fastCheck.integer({ min: 24, max: 32 }),
      fastCheck.constantFrom(0, 7, 8, 9, 80),
    );
    const row = fastCheck
      .tuple(nets, ports)
      .map(([[net, length, last], port]) => [`${net}.${length === 32 ? last : 0}/${length}`, `${port}`]);
    fastCheck.assert(
      fastCheck.property(
        fastCheck.array(row, { minLength: 20, maxLength: 40 }),
        fastCheck.array(packets, { minLength: 1, maxLength: 5 }),
        (cells, sent) => {
          const rows = table(
            'rows',
            { net: 'prefix4', port: 'port', id: 'u32' },
            cells.map((one, k) => [...one, `${k}`]),
          );
          const asTable = filter(
            'forward',
            { default: 'drop', stateless: true },
            each(rows, (at) => [
              effects([countAsCell(cell(at, 'id'))], { if: host(cell(at, 'net')) }),
              drop({ if: all(from(cell(at, 'net')), tcpFlags('fin')) }),
              allow({
                if: all(to(cell(at, 'net')), { kind: 'number', field: 'destination port', in: cell(at, 'port') }),
              }),
            ]),
          );
          const writtenOut = filter(
            'forward',
            { default: 'drop', stateless: true },
            ...cells.flatMap(([net = '', port = '']) => [
              effects([], { if: host(net) }),
              drop({ if: all(from(net), tcpFlags('fin')) }),
              allow({ if: all(to(net), number('destination port', port)) }),
            ]),
          );
          const [first, second] = [new Router(policy(ZONES, asTable)), new Router(policy(ZONES, writtenOut))];
          for (const packet of sent) expect(first.fate(fromInside(packet))).toBe(second.fate(fromInside(packet)));
        },
      ),
    );
  });
});

describe('packets', () => {
  it('of any bytes are decoded, and judged, without a throw', () => {
    const everything = policy(
      ZONES,
      mitigate(undefined, effects([], { if: service('tcp/80') })),
      nat(masquerade({ if: ANY })),
      filter('forward', { default: 'drop' }, allow({ if: tcpFlags('syn') })),
      filter('input', { default: 'reject' }),
    );
    fastCheck.assert(
      fastCheck.property(
        fastCheck.uint8Array({ maxLength: 120 }),
        fastCheck.constantFrom(4, 6),
        fastCheck.boolean(),
        (bytes, family, asFrame) => {
          const like = bytes.slice();
          if (like.length > 0) like[0] = family === 4 ? 0x45 : 0x60;
          const frame = asFrame
            ? decodeFrame(like)
            : { source: 1n, destination: 2n, tags: [], etherType: 0, packet: decodePacket(like, family) };
          const { outcomes } = { outcomes: new Router(everything).outcomes({ kind: 'received', in: 'eth1', frame }) };
          expect(outcomes.length).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('lose fields one after another as they are cut off, and gain none', () => {
    fastCheck.assert(
      fastCheck.property(packets, fastCheck.nat(80), (packet, length) => {
        const cut = decodePacket(packet.bytes.slice(0, length), packet.family);
        for (const field of [
          'source',
          'destination',
          'protocol',
          'sourcePort',
          'destinationPort',
          'tcpFlags',
          'ttl',
          'dscp',
        ] as const) {
          if (cut[field] !== undefined) expect(cut[field]).toBe(packet[field]);
        }
      }),
    );
  });

  it('are the same after being cut and put together', () => {
    fastCheck.assert(
      fastCheck.property(packets, fastCheck.integer({ min: 68, max: 120 }), (packet, mtu) => {
        const parts = fragmentsOf(packet, mtu, 7);
        for (const part of parts) expect(part.bytes.length).toBeLessThanOrEqual(mtu);
        if (parts.length > 1) expect(joined(parts)?.bytes).toEqual(packet.bytes);
      }),
    );
  });
});

describe('persistent maps', () => {
  it('keep every version as it was', () => {
    const changes = fastCheck.array(
      fastCheck.tuple(fastCheck.nat(30), fastCheck.nat(5), fastCheck.option(fastCheck.nat(9))),
      { maxLength: 40 },
    );
    fastCheck.assert(
      fastCheck.property(changes, (steps) => {
        const versions: [PersistentMap<number, number>, Map<number, number>][] = [[PersistentMap.empty(), new Map()]];
        for (const [at, key, value] of steps) {
          const [map, plain] = versions[at % versions.length]!;
          const changed = new Map(plain);
          if (value === null) changed.delete(key);
          else changed.set(key, value);
          versions.push([value === null ? map.delete(key) : map.set(key, value), changed]);
        }
        for (const [map, plain] of versions) {
          expect(map.size).toBe(plain.size);
          for (let key = 0; key <= 5; key++) expect(map.get(key)).toBe(plain.get(key));
        }
      }),
    );
  });
});
