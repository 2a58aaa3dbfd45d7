import { describe, expect, it } from 'vitest';
import type { Condition, DuringTest } from '../../../compiler/model/condition.ts';
import { TCP_FLAGS } from '../../../compiler/model/fields.ts';
import { Choices } from '../../../compiler/semantics/choices.ts';
import { holds } from '../../../compiler/semantics/condition.ts';
import { isDuring } from '../../../compiler/semantics/during.ts';
import { startJourney } from '../../../compiler/semantics/journey.ts';
import type { Packet } from '../../../compiler/semantics/packet/packet.ts';
import { EMPTY_STATE } from '../../../compiler/semantics/state.ts';
import { ENVIRONMENT, ZONES, ends, inside, ping, tcp, udp, uplink } from '../../builders/packets.ts';
import {
  address,
  all,
  any,
  comesIn,
  from,
  goesOut,
  host,
  icmp4,
  icmp6,
  not,
  number,
  policy,
  protocol,
  service,
  tcpFlags,
} from '../../builders/policy.ts';
import { ipPacket } from '../../../compiler/semantics/packet/build.ts';

function speaks(condition: Condition, packet: Packet, now = 0): boolean {
  const at = ENVIRONMENT.interfaces.find(({ name }) => name === 'eth1');
  return holds(
    condition,
    startJourney({
      policy: policy(ZONES),
      environment: ENVIRONMENT,
      now,
      choices: new Choices(),
      state: EMPTY_STATE,
      packet,
      in: at,
    }),
  );
}

const syn = tcp('10.0.0.9:40000', '198.51.100.7:80');
const syn6 = tcp('[2001:db8:1::9]:40000', '[2001:db8:f::7]:80');
const echo = ping('10.0.0.9', '198.51.100.7');
const later = ipPacket(
  { ...ends('10.0.0.9', '198.51.100.7'), fragment: { offset: 8, more: false } },
  6,
  new Uint8Array(16),
);

describe('conditions', () => {
  it('join by all, any and not', () => {
    expect(speaks(all(from('10.0.0.0/8'), service('tcp/80')), syn)).toBe(true);
    expect(speaks(all(from('10.0.0.0/8'), service('tcp/81')), syn)).toBe(false);
    expect(speaks(any(from('192.0.2.0/24'), service('tcp/80')), syn)).toBe(true);
    expect(speaks(all(), syn)).toBe(true);
    expect(speaks(any(), syn)).toBe(false);
    expect(speaks(not(any()), syn)).toBe(true);
  });

  it('take one name for both families', () => {
    const hosts = from('10.0.0.9', '2001:db8:1::9');
    expect(speaks(hosts, syn)).toBe(true);
    expect(speaks(hosts, syn6)).toBe(true);
    expect(speaks(from('10.0.0.9'), syn6)).toBe(false);
    expect(speaks(not(from('10.0.0.9')), syn6)).toBe(true);
  });

  it('are false of fields that a packet lacks, and true under not', () => {
    const tests = [service('tcp/80'), number('source port', '0-65535'), tcpFlags('syn')];
    for (const test of tests) {
      expect(speaks(test, syn)).toBe(true);
      for (const packet of [echo, later]) {
        expect(speaks(test, packet)).toBe(false);
        expect(speaks(not(test), packet)).toBe(true);
      }
    }
    expect(speaks(icmp4(8), syn)).toBe(false);
    expect(speaks(number('vlan', '0-4095'), syn)).toBe(false);
    expect(speaks(not(number('vlan', '0-4095')), syn)).toBe(true);
  });

  it('tell ICMP of one family from that of the other', () => {
    const echo6 = ping('2001:db8:1::9', '2001:db8:f::7');
    expect(speaks(icmp4(8), echo)).toBe(true);
    expect(speaks(icmp6(128), echo6)).toBe(true);
    expect(speaks(icmp6(8), echo)).toBe(false);
    // ICMP's number in an IPv6 packet is just a protocol.
    const odd = ipPacket(ends('2001:db8:1::9', '2001:db8:f::7'), 1, Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 0));
    expect(speaks(icmp4(8), odd)).toBe(false);
    expect(speaks(protocol('icmp'), odd)).toBe(true);
  });

  it('match flags under a mask', () => {
    const synAck: Condition = {
      kind: 'masked',
      field: 'tcp flags',
      value: TCP_FLAGS.syn,
      mask: TCP_FLAGS.syn | TCP_FLAGS.ack,
    };
    expect(speaks(synAck, syn)).toBe(true);
    expect(speaks(synAck, tcp('10.0.0.9:1', '198.51.100.7:2', { tcpFlags: ['syn', 'ack'] }))).toBe(false);
    expect(speaks(tcpFlags('syn'), tcp('10.0.0.9:1', '198.51.100.7:2', { tcpFlags: ['syn', 'ack'] }))).toBe(true);
  });

  it('match host parts under a mask', () => {
    const suffix: Condition = {
      kind: 'address',
      field: 'source',
      view: 'real',
      in: { kind: 'masked', family: 6, value: address('::9').value, mask: address('::ffff:ffff:ffff:ffff').value },
    };
    expect(speaks(suffix, syn6)).toBe(true);
    expect(speaks(suffix, tcp('[2001:db8:77::9]:1', '[2001:db8::1]:2'))).toBe(true);
    expect(speaks(suffix, tcp('[2001:db8:1::a]:1', '[2001:db8::1]:2'))).toBe(false);
    expect(speaks(suffix, syn)).toBe(false);
  });

  it('know zones: where a packet came in, and not where it goes out before it is routed', () => {
    expect(speaks(comesIn(inside), syn)).toBe(true);
    expect(speaks(comesIn(uplink), syn)).toBe(false);
    expect(speaks(goesOut(uplink), syn)).toBe(false);
    expect(speaks(not(goesOut(uplink)), syn)).toBe(true);
  });

  it('compare bytes behind the transport header', () => {
    const dns = udp('10.0.0.9:40000', '198.51.100.7:53', { payload: Uint8Array.of(0xab, 0xcd, 0x81, 0x80) });
    const flags = (value: number, mask: number): Condition => ({
      kind: 'payload',
      field: { payload: [2, 3] },
      value: Uint8Array.of(value, 0x80),
      mask: Uint8Array.of(mask, 0xff),
    });
    expect(speaks(flags(0x81, 0xff), dns)).toBe(true);
    expect(speaks(flags(0x80, 0x80), dns)).toBe(true);
    expect(speaks(flags(0x82, 0xff), dns)).toBe(false);
    expect(
      speaks(flags(0x81, 0xff), udp('10.0.0.9:1', '198.51.100.7:53', { payload: Uint8Array.of(0xab, 0xcd, 0x81) })),
    ).toBe(false);
  });

  it('compare two fields', () => {
    const same: Condition = { kind: 'same field', left: 'source', right: 'destination' };
    expect(speaks(same, udp('10.0.0.9:1', '10.0.0.9:2'))).toBe(true);
    expect(speaks(same, syn)).toBe(false);
    const ports: Condition = { kind: 'same field', left: 'source port', right: 'destination port' };
    expect(speaks(ports, udp('10.0.0.9:53', '10.0.0.8:53'))).toBe(true);
    expect(speaks(ports, echo)).toBe(false);
  });

  it('end a rule at midnight UTC after its date', () => {
    const until: Condition = { kind: 'until', seconds: Date.UTC(2026, 0, 2) / 1000 };
    expect(speaks(until, syn, Date.UTC(2026, 0, 1, 23, 59, 59, 999))).toBe(true);
    expect(speaks(until, syn, Date.UTC(2026, 0, 2))).toBe(false);
  });

  it('make a host whichever end it is', () => {
    expect(speaks(host('10.0.0.9'), syn)).toBe(true);
    expect(speaks(host('198.51.100.7'), syn)).toBe(true);
    expect(speaks(host('10.0.0.8'), syn)).toBe(false);
  });
});

describe('during', () => {
  const window = (fromHour: number, toHour: number, days: readonly number[], offset = 0): DuringTest => ({
    kind: 'during',
    fromMinute: fromHour * 60,
    toMinute: toHour * 60,
    days,
    offsetMinutes: offset,
  });
  // 2026-01-05 is a Monday.
  const monday = (hour: number, minute = 0) => Date.UTC(2026, 0, 5, hour, minute);

  it('includes its begin and excludes its end', () => {
    const office = window(8, 18, [1, 2, 3, 4, 5]);
    expect(isDuring(office, monday(7, 59))).toBe(false);
    expect(isDuring(office, monday(8))).toBe(true);
    expect(isDuring(office, monday(17, 59))).toBe(true);
    expect(isDuring(office, monday(18))).toBe(false);
    expect(isDuring(office, Date.UTC(2026, 0, 4, 12))).toBe(false);
  });

  it('belongs, over midnight, to the day on which it begins', () => {
    const night = window(22, 6, [1]);
    expect(isDuring(night, monday(23))).toBe(true);
    expect(isDuring(night, Date.UTC(2026, 0, 6, 5, 59))).toBe(true);
    expect(isDuring(night, Date.UTC(2026, 0, 6, 6))).toBe(false);
    expect(isDuring(night, monday(5))).toBe(false);
    expect(isDuring(night, Date.UTC(2026, 0, 6, 23))).toBe(false);
  });

  it('counts in its own offset from UTC', () => {
    expect(isDuring(window(8, 18, [1], 60), monday(7))).toBe(true);
    expect(isDuring(window(8, 18, [1], 60), monday(17))).toBe(false);
    expect(isDuring(window(0, 1, [2], 120), monday(22, 30))).toBe(true);
  });
});
