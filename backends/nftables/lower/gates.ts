/** Limits, connection counts and samples: statements that come last before what a rule does. */
import type { Family } from '../../../compiler/4-program/program.ts';
import type { Gate, Origin, Rate } from '../../../compiler/model/index.ts';
import { identifier } from '../names.ts';
import type { Context } from './context.ts';
import { keyExpression, keyGuard, keyType } from './keys.ts';

export interface GatePlace {
  readonly context: Context;
  readonly family: Family | undefined;
  readonly origin: Origin;
}

const UNITS: ReadonlyMap<number, string> = new Map([
  [1, 'second'],
  [60, 'minute'],
  [3600, 'hour'],
  [86_400, 'day'],
  [604_800, 'week'],
]);

/** Longest time a bucket is kept that nobody asked for; it is full again long before. */
const SHORTEST_TIMEOUT = 1000;

/** The statements of a rule's gates, in order. */
export function gateStatements(gates: readonly Gate[], place: GatePlace): string[] {
  const charging = gates.filter((gate) => gate.kind === 'rate');
  if (charging.length > 1) {
    place.context.refuse(
      place.origin,
      'nftables would charge the first of two limits even where the second says no',
      'Give the rule one limit, and put the other on a rule of its own before it.',
    );
  }
  // Whoever draws lots or counts connections charges nothing, so a bucket behind them is charged rightly.
  const ordered = [...gates.filter((gate) => gate.kind !== 'rate'), ...charging];
  return ordered.map((gate) => gateStatement(gate, place));
}

function gateStatement(gate: Gate, place: GatePlace): string {
  switch (gate.kind) {
    case 'sample':
      return `numgen random mod ${gate.of} < ${gate.one}`;
    case 'rate': {
      if ('kind' in gate.rate) {
        place.context.refuse(
          place.origin,
          'nftables has no limit whose rate comes from a table',
          'Write the rate as a constant.',
        );
        return '';
      }
      const limit = limitText(gate.rate, gate.burst, gate.sense, place);
      if (gate.per.length === 0 && gate.rows.length === 0) {
        const name = place.context.object('limit', gate.limiter, limiterName(gate.limiter), [limit]);
        return `limit name "${name}"`;
      }
      return keyed(gate, `limit ${limit}`, refillTime(gate.rate, gate.burst), place);
    }
    case 'connections':
      return keyed(gate, `ct count ${gate.sense === 'over' ? 'over ' : ''}${gate.count}`, undefined, place);
  }
}

function limiterName(limiter: string): string {
  return identifier(limiter.replace(/^filter /, ''));
}

/** `rate over 10/minute burst 5 packets`: the kernel's token bucket is the generic cell rate algorithm. */
function limitText(rate: Rate, burst: number, sense: 'over' | 'up to', place: GatePlace): string {
  const over = sense === 'over' ? 'over ' : '';
  if (rate.of !== 'events') {
    const bytes = rate.of === 'bits' ? rate.amount / 8 : rate.amount;
    const { amount, unit } = perUnit(bytes, rate.perSeconds, place);
    return `rate ${over}${amount} bytes/${unit} burst ${burst} bytes`;
  }
  const { amount, unit } = perUnit(rate.amount, rate.perSeconds, place);
  return `rate ${over}${amount}/${unit} burst ${burst} packets`;
}

/** The rate as a whole number in one of nft's units. */
function perUnit(amount: number, perSeconds: number, place: GatePlace): { amount: number; unit: string } {
  for (const [seconds, unit] of UNITS) {
    const scaled = (amount * seconds) / perSeconds;
    if (Number.isSafeInteger(scaled) && scaled > 0 && seconds >= Math.min(perSeconds, 1)) {
      return { amount: scaled, unit };
    }
  }
  place.context.refuse(
    place.origin,
    `nftables has no rate of ${amount} in ${perSeconds} s`,
    'Use a whole number in a second, minute, hour, day or week.',
  );
  return { amount: 1, unit: 'second' };
}

/** Milliseconds after which an untouched bucket is full, so that forgetting it changes nothing. */
function refillTime(rate: Rate, burst: number): number {
  return Math.max(SHORTEST_TIMEOUT, Math.ceil((burst * rate.perSeconds * 1000) / Math.max(rate.amount, 1e-9)) + 1000);
}

type KeyedGate = Extract<Gate, { kind: 'rate' | 'connections' }>;

function keyed(gate: KeyedGate, statement: string, timeout: number | undefined, place: GatePlace): string {
  if (gate.rows.length > 0) {
    place.context.refuse(
      place.origin,
      'nftables has no bucket for each row here',
      'Add `per source` or `per destination` to the limit.',
    );
  }
  const key = gate.per.map((part) => maskedKey(part, place.family));
  const types = gate.per.map((part) => keyType(part.field, place.family));
  const families = gate.per.some((part) => part.field === 'source' || part.field === 'destination');
  const suffix = families ? (place.family === 6 ? '_ipv6' : '_ipv4') : '';
  const name = place.context.set(
    `limiter ${gate.limiter}${suffix}`,
    `${limiterName(gate.limiter)}${suffix}`,
    (given) => ({
      kind: 'set',
      name: given,
      key: types,
      data: [],
      flags: timeout === undefined ? ['dynamic'] : ['dynamic', 'timeout'],
      size: gate.bounds.keys,
      timeout,
      counter: false,
      elements: undefined,
      description: `${gate.kind === 'rate' ? 'buckets' : 'connections'} of ${gate.limiter}`,
    }),
  );
  const guard = keyGuard(gate.per.map(({ field }) => field));
  return `${guard}${timeout === undefined ? 'add' : 'update'} @${name} { ${key.join(' . ')} ${statement} }`;
}

function maskedKey(part: KeyedGate['per'][number], family: Family | undefined): string {
  const expression = keyExpression(part.field, family);
  if (part.field !== 'source' && part.field !== 'destination') return expression;
  const [length, width] = family === 6 ? [part.prefix6, 128] : [part.prefix4, 32];
  return length === width ? expression : `${expression} & ${prefixMask(length, family)}`;
}

/** The mask of a prefix length as an address of the family. */
export function prefixMask(length: number, family: Family | undefined): string {
  if (family !== 6) {
    const mask = length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
    return [24, 16, 8, 0].map((shift) => (mask >>> shift) & 0xff).join('.');
  }
  const groups: string[] = [];
  for (let at = 0; at < 128; at += 16) {
    const bits = Math.max(0, Math.min(16, length - at));
    groups.push(((0xffff << (16 - bits)) & 0xffff).toString(16));
  }
  return groups.join(':').replace(/(^|:)0(:0)+$/, '::');
}
