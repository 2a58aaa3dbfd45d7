/** Constant sets of values on the right of a match: one value, a short list in place, or a named set. */
import type { TextBuffer } from '../../../compiler/artifacts/text-buffer.ts';
import { formatInterval } from '../../../compiler/net/address-set.ts';
import type { IntervalSet } from '../../../compiler/net/interval-set.ts';
import type { Elements } from '../tree.ts';
import type { Context } from './context.ts';

/** Lists up to this many intervals stand in the rule itself, unless the policy has a name for them. */
const LONGEST_LIST = 8;

/** Writes one value of a field; numbers by default. */
export type ValueText = (value: number) => string;

/** `22`, `1024-65535`, `{ 22, 80 }`: number sets always stand in the rule. */
export function numberValues(set: IntervalSet, text: ValueText = String): string {
  const parts: string[] = [];
  for (const [low, high] of set.numberIntervals()) parts.push(low === high ? text(low) : `${low}-${high}`);
  return parts.length === 1 ? parts[0]! : `{ ${parts.join(', ')} }`;
}

/** The values of a set one by one, where there are few: names read better than ranges of numbers. */
export function listedValues(set: IntervalSet, text: ValueText): string {
  if (set.size() > 16n) return numberValues(set);
  const parts = [...set.values()].map((value) => text(Number(value)));
  return parts.length === 1 ? parts[0]! : `{ ${parts.join(', ')} }`;
}

/** Addresses of one family: in place where there are few, else a named set. `name` is what the policy calls them. */
export function addressValues(context: Context, set: IntervalSet, name: string | undefined): string {
  if (set.intervalCount === 1) return formatInterval(set, 0);
  if (set.intervalCount <= LONGEST_LIST && name === undefined) {
    const parts: string[] = [];
    for (let i = 0; i < set.intervalCount; i++) parts.push(formatInterval(set, i));
    return `{ ${parts.join(', ')} }`;
  }
  return `@${addressSet(context, set, name)}`;
}

function addressSet(context: Context, set: IntervalSet, name: string | undefined): string {
  const family = set.width === 32 ? 'ipv4' : 'ipv6';
  const wanted = name === undefined ? `addresses_${set.fingerprint().slice(0, 8)}` : `${name}_${family}`;
  return context.set(`${family} ${set.fingerprint()}`, wanted, (given) => ({
    kind: 'set',
    name: given,
    key: [`${family}_addr`],
    data: [],
    flags: isHostsOnly(set) ? [] : ['interval'],
    size: undefined,
    timeout: undefined,
    counter: false,
    elements: intervalElements(set),
    description: name === undefined ? 'addresses of one rule' : `${name}, ${family === 'ipv4' ? 'IPv4' : 'IPv6'}`,
  }));
}

/** Single addresses only: a hash set then, which is faster to look up and to change. */
function isHostsOnly(set: IntervalSet): boolean {
  for (let i = 0; i < set.intervalCount; i++) {
    if (!set.isSingleAt(i)) return false;
  }
  return true;
}

/** The intervals of an address set as elements. */
export function intervalElements(set: IntervalSet): Elements {
  return {
    count: set.intervalCount,
    write: (index: number, out: TextBuffer) => out.write(formatInterval(set, index)),
  };
}
