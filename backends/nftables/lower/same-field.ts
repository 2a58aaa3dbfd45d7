/**
 * Two fields of the packet that are equal. nft compares a field with constants only, so both are looked up together, byte by
 * byte, in a set of all pairs of equal bytes: as many lookups as the fields have bytes, and nothing is left out.
 */
import type { SameFieldTest } from '../../../compiler/model/condition.ts';
import { formatIpv4, formatIpv6 } from '../../../compiler/net/address.ts';
import type { Elements } from '../tree.ts';
import type { Context } from './context.ts';
import { keyExpression, keyType } from './keys.ts';
import type { Match, Matches, MatchPlace } from './matches.ts';
import { portsPresent } from './numbers.ts';

/** Kinds of fields whose bytes are compared. */
interface Kind {
  readonly bytes: number;
  readonly type: string;
  /** A value with one byte that is not 0, as nft writes it. */
  readonly text: (value: bigint) => string;
}

export function sameFieldMatch({ left, right }: SameFieldTest, place: MatchPlace): Matches {
  const { context, family } = place;
  const isAddress = left === 'source' || left === 'destination';
  const kind: Kind = {
    bytes: isAddress ? (family === 6 ? 16 : 4) : 2,
    type: keyType(left, family),
    text: isAddress ? (value) => (family === 6 ? formatIpv6(value) : formatIpv4(Number(value))) : String,
  };
  const set = equalBytes(kind, context);
  const fields = [left, right].map((field) => keyExpression(field, family));
  const pairs = Array.from({ length: kind.bytes }, (_, at): Match => {
    const mask = kind.text(0xffn << BigInt(8 * (kind.bytes - 1 - at)));
    return { left: fields.map((field) => `${field} & ${mask}`).join(' . '), operator: '==', right: `@${set}` };
  });
  return { matches: [...(isAddress ? [] : portsPresent(place)), ...pairs], invertible: false };
}

/** The set of pairs of equal bytes at the same place, all other bytes 0. */
function equalBytes({ bytes, type, text }: Kind, context: Context): string {
  return context.set(`equal bytes ${type}`, `equal_${type}`, (name) => ({
    kind: 'set',
    name,
    key: [type, type],
    data: [],
    flags: [],
    size: undefined,
    timeout: undefined,
    counter: false,
    elements: pairsOfBytes(bytes, text),
    description: 'pairs that are equal in one byte, and 0 in all others',
  }));
}

function pairsOfBytes(bytes: number, text: Kind['text']): Elements {
  const count = 1 + 255 * bytes;
  return {
    count,
    write: (index, out) => {
      const [at, value] = index === 0 ? [0, 0] : [Math.floor((index - 1) / 255), ((index - 1) % 255) + 1];
      const one = text(BigInt(value) << BigInt(8 * at));
      out.write(`${one} . ${one}`);
    },
  };
}
