/** Whether no packet meets two rules, as far as their clauses tell. */
import { parseAddress } from '../addresses.ts';
import type { RuleItem } from '../items.ts';
import type { Term } from '../rules.ts';

export function areDisjoint(a: RuleItem, b: RuleItem): boolean {
  if (!a.families.some((family) => b.families.includes(family))) return true;
  return a.terms.some((term) => b.terms.some((other) => termsDisjoint(term, other)));
}

/** Whether no packet meets both clauses. */
export function termsDisjoint(a: Term, b: Term): boolean {
  if (a.slot !== b.slot || a.view !== b.view) return false;
  if (a.negated || b.negated) {
    return a.negated !== b.negated && a.items.length === 1 && b.items.length === 1 && a.items[0] === b.items[0];
  }
  return a.items.every((item) => b.items.every((other) => itemsDisjoint(a.slot, item, other)));
}

function itemsDisjoint(slot: Term['slot'], a: string, b: string): boolean {
  switch (slot) {
    case 'from':
    case 'to':
      return intervalsDisjoint(addressInterval(a), addressInterval(b));
    case 'source port':
    case 'destination port':
    case 'length':
    case 'ttl':
      return intervalsDisjoint(numberInterval(a), numberInterval(b));
    case 'in':
    case 'out':
      return !a.endsWith('*') && !b.endsWith('*') && a !== b;
    case 'state':
    case 'mac':
    case 'dscp':
      return a !== b;
    case 'service':
      return servicesDisjoint(a, b);
    default:
      return false;
  }
}

/** Whether every address of an item is in another item. */
export function itemWithin(inner: string, outer: string): boolean {
  const [a, b] = [addressInterval(inner), addressInterval(outer)];
  return a !== undefined && b !== undefined && a[2] === b[2] && b[0] <= a[0] && a[1] <= b[1];
}

function servicesDisjoint(a: string, b: string): boolean {
  // A cell of a table's row: `r.proto/r.port`.
  if (a.includes('.') || b.includes('.')) return false;
  const [protocolA = '', portsA] = a.split('/');
  const [protocolB = '', portsB] = b.split('/');
  const word = (text: string): string => text.split(' ')[0]!;
  if (word(protocolA) !== word(protocolB)) return true;
  if (word(protocolA).startsWith('icmp')) return a !== b && /^icmp\d \d+$/.test(a) && /^icmp\d \d+$/.test(b);
  if (word(protocolA) === 'proto') return protocolA !== protocolB;
  return (
    portsA !== undefined && portsB !== undefined && intervalsDisjoint(numberInterval(portsA), numberInterval(portsB))
  );
}

type Interval = readonly [low: bigint, high: bigint, family: number];

function intervalsDisjoint(a: Interval | undefined, b: Interval | undefined): boolean {
  if (!a || !b) return false;
  return a[2] !== b[2] || a[1] < b[0] || b[1] < a[0];
}

function numberInterval(text: string): Interval | undefined {
  const [low = '', high = low] = text.split('-');
  return /^\d+$/.test(low) && /^\d+$/.test(high) ? [BigInt(low), BigInt(high), 0] : undefined;
}

const known = new Map<string, Interval | undefined>();
const MOST_KNOWN = 100_000;

function addressInterval(text: string): Interval | undefined {
  if (!known.has(text)) {
    if (known.size > MOST_KNOWN) known.clear();
    known.set(text, readInterval(text));
  }
  return known.get(text);
}

function readInterval(text: string): Interval | undefined {
  const family = text.includes(':') ? 6 : 4;
  const [low = '', high] = text.split('-');
  if (high !== undefined) {
    const [first, last] = [parseAddress(low, family), parseAddress(high, family)];
    return first === undefined || last === undefined ? undefined : [first, last, family];
  }
  const [address = '', length] = text.split('/');
  const value = parseAddress(address, family);
  if (value === undefined || (length !== undefined && !/^\d+$/.test(length))) return undefined;
  const bits = family === 4 ? 32n : 128n;
  const host = bits - BigInt(length ?? bits);
  return [value, value | ((1n << host) - 1n), family];
}
