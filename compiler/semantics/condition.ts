/** Whether a condition holds of a packet. A test of a field that the packet lacks is false, and `not` is the complement. */
import type { Condition, Test } from '../model/condition.ts';
import type { AddressField } from '../model/fields.ts';
import { interfacesOf } from './zones.ts';
import { cellPrefix, cellRange, isInPrefix } from '../model/cells.ts';
import { isDuring } from './during.ts';
import { addressField, numberField, payloadField } from './fields.ts';
import type { Journey } from './journey.ts';
import { memoryKey, memoryHolds } from './memory.ts';

export function holds(condition: Condition, journey: Journey): boolean {
  switch (condition.kind) {
    case 'all':
      return condition.of.every((part) => holds(part, journey));
    case 'any':
      return condition.of.some((part) => holds(part, journey));
    case 'not':
      return !holds(condition.of, journey);
    default:
      return testHolds(condition, journey);
  }
}

type TestOf<Kind extends Test['kind']> = Extract<Test, { readonly kind: Kind }>;

const tests: { readonly [Kind in Test['kind']]: (test: TestOf<Kind>, journey: Journey) => boolean } = {
  number(test, journey) {
    const value = numberField(journey, test.field, test.view);
    if (value === undefined) return false;
    if (!('kind' in test.in)) return test.in.contains(value);
    const range = cellRange(test.in, journey.rows);
    return range !== undefined && range.low <= value && value <= range.high;
  },
  masked(test, journey) {
    const value = numberField(journey, test.field);
    return value !== undefined && (value & test.mask) >>> 0 === test.value >>> 0;
  },
  address(test, journey) {
    const address = addressField(journey, test.field, test.view);
    return address !== undefined && isAddressIn(address, test.in, journey);
  },
  zone(test, journey) {
    const zone = test.field === 'in' ? journey.inZone : journey.outZone;
    return zone !== undefined && test.zones.some(({ name }) => name === zone.name);
  },
  'service cell'(test, journey) {
    const protocol = typeof test.protocol === 'number' ? test.protocol : cellRange(test.protocol, journey.rows)?.low;
    const port = numberField(journey, 'destination port');
    if (protocol === undefined || port === undefined || journey.packet.protocol !== protocol) return false;
    if (!('kind' in test.port)) return test.port.contains(port);
    const range = cellRange(test.port, journey.rows);
    return range !== undefined && range.low <= port && port <= range.high;
  },
  memory(test, journey) {
    const key = memoryKey(test.memory, test.key, journey);
    return key !== undefined && memoryHolds(journey, test.memory, key);
  },
  'address of zone'(test, journey) {
    const address = addressField(journey, test.field, 'real');
    return interfacesOf(test.zone, journey.environment).some((at) =>
      at.addresses.some(({ family, value }) => family === journey.packet.family && value === address),
    );
  },
  'same field'(test, journey) {
    const left = plainField(journey, test.left);
    return left !== undefined && left === plainField(journey, test.right);
  },
  payload(test, journey) {
    const bytes = payloadField(journey, test.field);
    return bytes !== undefined && bytes.every((byte, at) => (byte & (test.mask[at] ?? 0)) === test.value[at]);
  },
  until(test, journey) {
    return journey.now < test.seconds * 1000;
  },
  during(test, journey) {
    return isDuring(test, journey.now);
  },
  /** Another language's words: the reference cannot tell. */
  opaque(test, journey) {
    return journey.choices.eitherOnce(test);
  },
};

function testHolds(test: Test, journey: Journey): boolean {
  // The kind picks the function that takes this very kind of test.
  const judge = tests[test.kind] as (test: Test, journey: Journey) => boolean;
  return judge(test, journey);
}

function isAddressIn(address: bigint, set: TestOf<'address'>['in'], journey: Journey): boolean {
  const { family } = journey.packet;
  if (!('kind' in set)) return family === 4 ? set.ipv4.contains(address) : set.ipv6.contains(address);
  if (set.kind === 'masked') return set.family === family && (address & set.mask) === (set.value & set.mask);
  const prefix = cellPrefix(set, journey.rows);
  return prefix !== undefined && isInPrefix(prefix, family, address);
}

/** As a number or an address, for `where source == destination`. */
function plainField(journey: Journey, field: TestOf<'same field'>['left']): bigint | undefined {
  if (isAddressField(field)) return addressField(journey, field, 'real');
  const value = numberField(journey, field);
  return value === undefined ? undefined : BigInt(value);
}

function isAddressField(field: string): field is AddressField {
  return field === 'source' || field === 'destination';
}
