import { describe, expect, test } from 'vitest';
import type { Zone } from '../../../compiler/model/index.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { ALL, Diagrams, NOTHING } from '../../../compiler/proof/diagrams.ts';
import { FAMILY_LEVEL, FieldLayout, ORDERS } from '../../../compiler/proof/fields.ts';
import { numberMembers, PacketTests } from '../../../compiler/proof/packet-tests.ts';

const span = { source: { path: 'x', text: '' }, start: 0, end: 0 };
const zone = (name: string, ...interfaces: string[]): Zone => ({
  name,
  members: interfaces.map((one) => ({ interface: one, vlans: undefined, ports: undefined, span })),
  span,
});

describe.each(ORDERS.map((order, index) => [index, order] as const))('tests of packets, order %i', (_index, order) => {
  const layout = new FieldLayout(order);
  const make = () =>
    new PacketTests(
      new Diagrams(2 ** 24),
      layout,
      numberMembers([zone('lan', 'lan0', 'lan1'), zone('dmz', 'dmz0'), zone('none')]),
    );

  test('every variable belongs to one field', () => {
    const taken = new Set<number>([FAMILY_LEVEL]);
    for (const field of order) {
      const { first, width } = layout.placeOf(field);
      for (let level = first; level < first + width; level++) {
        expect(taken.has(level), `${field} ${level}`).toBe(false);
        taken.add(level);
      }
    }
    const presences = new Set(
      order.map((field) => layout.placeOf(field).presence).filter((level) => level !== undefined),
    );
    for (const level of presences) expect(taken.has(level)).toBe(false);
    expect(layout.firstFree).toBe(taken.size + presences.size);
  });

  test('a service is a protocol and a port', () => {
    const tests = make();
    const { diagrams } = tests;
    const port = (set: IntervalSet) => tests.numberIn('destination port', set);
    const protocol = (number: number) => tests.numberIn('protocol', IntervalSet.of(8, number));
    const web = IntervalSet.fromIntervals(24, [
      [6 * 65536 + 80, 6 * 65536 + 81],
      [17 * 65536, 17 * 65536 + 65535],
    ]);
    expect(tests.numberIn('service', web)).toBe(
      diagrams.orElse(
        diagrams.when(protocol(6), port(IntervalSet.range(16, 80, 81))),
        diagrams.when(protocol(17), tests.present('destination port')),
      ),
    );
    const spread = IntervalSet.range(24, 6 * 65536 + 80, 8 * 65536 + 9);
    expect(tests.numberIn('service', spread)).toBe(
      diagrams.firstOf([
        diagrams.when(protocol(6), port(IntervalSet.range(16, 80, 65535))),
        diagrams.when(protocol(7), tests.present('service')),
        diagrams.when(protocol(8), port(IntervalSet.range(16, 0, 9))),
      ]),
    );
  });

  test('an address is of a family and as a view shows it', () => {
    const tests = make();
    const { diagrams } = tests;
    const four = tests.addressIn('source', 4, IntervalSet.range(32, 0x0a000000, 0x0affffff), 'real');
    const six = tests.addressIn('source', 6, IntervalSet.full(128), 'real');
    expect(diagrams.when(four, six)).toBe(NOTHING);
    expect(six).toBe(tests.family(6));
    expect(four).toBe(tests.addressMasked('source', 4, 0x0a000000n, 0xff000000n, 'real'));
    expect(four).not.toBe(tests.addressIn('source', 4, IntervalSet.range(32, 0x0a000000, 0x0affffff), 'on wire'));
    expect(tests.addressMasked('source', 4, 1n, 2n, 'real')).toBe(NOTHING);
    expect(diagrams.orElse(tests.family(4), tests.family(6))).toBe(ALL);
    expect(tests.numberIn('family', IntervalSet.of(8, 6))).toBe(tests.family(6));
  });

  test('marks and flags under a mask', () => {
    const tests = make();
    const { diagrams } = tests;
    const syn = tests.numberMasked('tcp flags', 2, 0x17);
    const exactly = diagrams.firstOf(
      Array.from({ length: 256 }, (_, flags) => flags)
        .filter((flags) => (flags & 0x17) === 2)
        .map((flags) => tests.numberIn('tcp flags', IntervalSet.of(8, flags))),
    );
    expect(syn).toBe(exactly);
    expect(tests.numberMasked('mark', 0x80000000, 0x80000000)).toBe(
      tests.numberIn('mark', IntervalSet.range(32, 0x80000000, 0xffffffff)),
    );
    expect(tests.numberMasked('tcp flags', 4, 2)).toBe(NOTHING);
    expect(tests.numberMasked('tcp flags', 0, 0)).toBe(tests.present('tcp flags'));
  });

  test('zones are their interfaces', () => {
    const tests = make();
    const { diagrams } = tests;
    const [lan, dmz] = [tests.zoneIn('in', ['lan']), tests.zoneIn('in', ['dmz'])];
    expect(diagrams.when(lan, dmz)).toBe(NOTHING);
    expect(diagrams.orElse(lan, dmz)).toBe(tests.zoneIn('in', ['dmz', 'none', 'lan']));
    expect(diagrams.orElse(lan, dmz)).not.toBe(ALL);
    expect(tests.zoneIn('in', ['none'])).toBe(NOTHING);
    expect(lan).not.toBe(tests.zoneIn('out', ['lan']));
  });

  test('answers that no field gives are equal for equal texts only', () => {
    const tests = make();
    expect(tests.free('banned')).toBe(tests.free('banned'));
    expect(tests.free('banned')).not.toBe(tests.free('other'));
    expect(tests.freeLevels('row', 4)).toBe(tests.freeLevels('row', 4));
    expect(tests.freeLevels('next', 1) - tests.freeLevels('row', 4)).toBe(4);
  });
});
