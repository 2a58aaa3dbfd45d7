/** What a bucket, or a count of connections, is for: the row, and the fields behind `per`. */
import type { KeyPart, Zone } from '../../../compiler/model/index.ts';
import type { GatePlace, KeyedGate } from './limiters.ts';
import { interfaceNames, interfaceSet } from './interfaces.ts';
import { keyExpression, keyType } from './keys.ts';
import { matchText } from './matches.ts';
import { portsPresent } from './numbers.ts';
import { prefixMask } from './prefix-mask.ts';
import { waysToRow } from './row-limits.ts';

export interface BucketKey {
  readonly expressions: readonly string[];
  /** In the order of the expressions. */
  readonly fields: readonly { readonly type: string; readonly field: string }[];
  /** Matches without which the packet has no such key. */
  readonly present: readonly string[];
  /** Tells the sets of one gate apart where its keys have several forms. */
  readonly suffix: string;
  /** `per in` where zones have several interfaces: each zone has buckets of its own. */
  readonly zones: readonly Zone[] | undefined;
}

/** The key of a gate; undefined where there is none that nft can look up, which is refused then. */
export function bucketKey(gate: KeyedGate, place: GatePlace): BucketKey | undefined {
  const { context, origin, family, row } = place;
  const fields = gate.per.filter(({ field }) => field !== 'in');
  const byZone = fields.length < gate.per.length;
  const zones = context.program.zones;
  const isByName = zones.every((zone) => {
    const [name, ...more] = interfaceNames(zone);
    return name !== undefined && more.length === 0 && !name.endsWith('*');
  });
  const hasAddress = fields.some(({ field }) => field === 'source' || field === 'destination');
  const ports = fields.some(({ field }) => field.endsWith('port')) ? portsPresent(place).map(matchText) : [];
  const key = {
    expressions: fields.map((part) => maskedKey(part, place)),
    fields: fields.map(({ field }) => ({ type: keyType(field, family), field: keyExpression(field, family) })),
    present: ports,
    suffix: hasAddress ? `_ipv${family ?? 4}` : '',
  };
  if (gate.rows.length > 0) {
    if (!row || !gate.rows.every((one) => row.isOf(one))) {
      context.refuse(origin, 'the buckets are those of a row that no lookup found', 'Move the limit into the `each`.');
      return undefined;
    }
    if (row.key.interval) {
      context.refuse(
        origin,
        'the rows are found by prefixes of different lengths, which no key of a bucket can stand for',
        'Use prefixes of one length, or leave `per` out: each row then has one bucket.',
      );
      return undefined;
    }
    const ways = waysToRow(context, gate.limiter);
    if (ways.size > (hasAddress ? 2 : 1)) {
      context.refuse(
        origin,
        'one bucket for a row that is found by several columns is more than nftables can key',
        hasAddress ? 'Write a limit for each column.' : 'Leave `per` out, or write a limit for each family.',
      );
      return undefined;
    }
    key.expressions.unshift(row.key.expression);
    key.fields.unshift(...row.key.parts);
  }
  if (byZone && isByName) {
    key.expressions.push('iifname');
    key.fields.push({ type: 'ifname', field: 'iifname' });
    key.present.push(`iifname ${interfaceSet(zones, context, origin)}`);
  }
  return { ...key, zones: byZone && !isByName ? zones : undefined };
}

function maskedKey(part: KeyPart, { family }: GatePlace): string {
  const expression = keyExpression(part.field, family);
  if (part.field !== 'source' && part.field !== 'destination') return expression;
  const [length, width] = family === 6 ? [part.prefix6, 128] : [part.prefix4, 32];
  return length === width ? expression : `${expression} & ${prefixMask(length, family)}`;
}
