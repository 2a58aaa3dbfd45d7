/** What bounds a table of buckets, counts or addresses, and what one entry of it is for. */
import type { IntegerLiteral, KeyPart, TableBounds } from '../../../ast/index.ts';
import type { Grammar, Syntax } from '../../../dsl.ts';
import { PROBLEMS } from '../../../problems.ts';
import * as T from '../../../tokens.ts';

/** What was read of the bounds so far. */
export interface BoundsDraft {
  keys?: IntegerLiteral;
  whenFull?: 'match' | 'miss';
  approximate: boolean;
}

/** The alternatives that read `keys N`, `when full match`, `approximate` into `draft()`. */
export function boundsAlternatives(p: Grammar, draft: () => BoundsDraft): { ALT: () => void }[] {
  return [
    {
      ALT: () => {
        const token = p.consume(0, T.Keyword.keys);
        const keys = p.subrule(7, p.integer);
        once(p, draft().keys === undefined, token);
        draft().keys = keys;
      },
    },
    {
      ALT: () => {
        const token = p.consume(0, T.Keyword.when);
        p.word(7, ['full'], 'condition');
        const whenFull = p.word(8, ['match', 'miss'], 'answer of a full table');
        once(p, draft().whenFull === undefined, token);
        draft().whenFull = whenFull;
      },
    },
    {
      ALT: () => {
        const token = p.consume(0, T.Keyword.approximate);
        once(p, !draft().approximate, token);
        draft().approximate = true;
      },
    },
  ];
}

/** Reports an option that stands twice. */
export function once(p: Grammar, first: boolean, token: T.PolicyToken): void {
  if (!first) {
    p.ACTION(() => p.report(PROBLEMS.repeatedOption, token, `\`${token.image}\` is said twice here`, 'leave one out'));
  }
}

/** The finished bounds. */
export function boundsOf(draft: BoundsDraft): TableBounds {
  return { ...draft };
}

export const limitsSyntax: Syntax = (p) => {
  p.RULE('keyParts', () => {
    const parts = [p.subrule(0, p.keyPart)];
    p.many(0, () => {
      p.consume(0, T.Comma);
      parts.push(p.subrule(1, p.keyPart));
    });
    return parts;
  });

  p.RULE('keyPart', (): KeyPart => {
    const start = p.here();
    let lengths: readonly number[] = [];
    const field = p.or<KeyPart['field']>(0, {
      DEF: [
        {
          ALT: () => {
            const side = p.or<'source' | 'destination'>(1, [
              { ALT: () => (p.consume(0, T.Keyword.source), 'source' as const) },
              { ALT: () => (p.consume(0, T.Keyword.destination), 'destination' as const) },
            ]);
            const port = p.option(0, () => p.consume(0, T.Keyword.port));
            lengths = p.subrule(0, p.prefixLengths);
            return port === undefined ? side : (`${side} port` as const);
          },
        },
        { ALT: () => (p.consume(0, T.Keyword.protocol), 'protocol' as const) },
        { ALT: () => (p.consume(0, T.Keyword.in), 'in' as const) },
        { ALT: () => (p.consume(0, T.Keyword.mac), 'mac' as const) },
        { ALT: () => p.freeWord(0, ['flow'], 'key of a limit') },
      ],
      ERR_MSG: '`source`, `destination`, `source port`, `destination port`, `protocol`, `flow`, `in` or `mac`',
    });
    const { 0: prefix4, 1: prefix6 } = lengths;
    return {
      kind: 'key-part',
      field,
      ...(prefix4 !== undefined && { prefix4 }),
      ...(prefix6 !== undefined && { prefix6 }),
      span: p.spanFrom(start),
    };
  });

  // `/24` for IPv4, `/24/64` for both families.
  p.RULE('prefixLengths', (): number[] => {
    const lengths: number[] = [];
    p.option(0, () => {
      p.consume(0, T.Slash);
      lengths.push(lengthOf(p, p.subrule(0, p.integer), 32n));
      p.option(1, () => {
        p.consume(1, T.Slash);
        lengths.push(lengthOf(p, p.subrule(1, p.integer), 128n));
      });
    });
    return lengths;
  });
};

function lengthOf(p: Grammar, literal: IntegerLiteral, longest: bigint): number {
  return p.ACTION(() => {
    if (literal.value <= longest) return Number(literal.value);
    return p.fail(
      PROBLEMS.malformedAddress,
      literal,
      `\`/${literal.value}\` is no prefix length`,
      `it goes to ${longest}; IPv4 comes first, then IPv6: \`source/24/64\``,
    );
  });
}
