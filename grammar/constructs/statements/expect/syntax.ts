import { opening, type Grammar, type Opening, type Syntax } from '../../../dsl.ts';
import type { Endpoint, Expectation, ExpectOption, Given, IcmpLiteral, Name } from '../../../ast/index.ts';
import { PROBLEMS } from '../../../problems.ts';
import * as T from '../../../tokens.ts';
import { once } from '../../values/limits/syntax.ts';
import { nameOf } from '../../values/value/syntax.ts';
import { readOption } from './options.ts';

/** What stands behind the two ends of an expectation. */
export interface ExpectationDraft {
  in?: Name;
  out?: Name;
  becomes?: { source?: Endpoint; destination?: Endpoint };
  readonly options: ExpectOption[];
}

export const expectSyntax: Syntax = (p) => {
  p.RULE('expect', (): Opening => {
    const { annotations } = p;
    p.consume(0, T.Keyword.expect);
    p.consume(0, T.LeftBrace);
    return opening('expect', (body, span) => ({ kind: 'expect', annotations, body, span }));
  });

  const items = [{ ALT: () => p.subrule(0, p.expectation) }, { ALT: () => p.subrule(0, p.given) }];
  p.RULE('expectItem', (): Expectation | Given =>
    p.or<Expectation | Given>(0, { DEF: items, ERR_MSG: '`allow`, `drop`, `reject` or `given`' }),
  );

  p.RULE('expectation', (): Expectation => {
    const { annotations } = p;
    const start = p.here();
    const verdict = p.subrule(0, p.plainVerdict);
    const protocol = p.subrule(0, p.expectProtocol);
    const source = p.subrule(0, p.endpoint);
    p.consume(0, T.Arrow);
    const destination = p.subrule(1, p.endpoint);
    const draft: ExpectationDraft = { options: [] };
    p.many(0, () => p.subrule(0, p.expectOption, { ARGS: [draft] }));
    return {
      kind: 'expectation',
      annotations,
      ...verdict,
      protocol,
      source,
      destination,
      ...draft,
      span: p.spanFrom(start),
    };
  });

  p.RULE('expectProtocol', (): Expectation['protocol'] =>
    p.or<Expectation['protocol']>(0, {
      DEF: [
        { ALT: () => nameOf(p, p.consume(0, T.NameWord)) },
        {
          ALT: () => {
            p.consume(0, T.Keyword.proto);
            return p.subrule(0, p.integer);
          },
        },
        { ALT: () => checkIcmp(p, p.subrule(0, p.icmp)) },
      ],
      ERR_MSG: 'a protocol such as `tcp`, `icmp echo-request` or `proto 47`',
    }),
  );

  p.RULE('expectOption', (draft: ExpectationDraft): void => readOption(p, draft));

  p.RULE('becomes', (draft: ExpectationDraft): void => {
    const token = p.consume(0, T.Keyword.becomes);
    once(p, draft?.becomes === undefined, token);
    const becomes: { source?: Endpoint; destination?: Endpoint } = {};
    p.or(0, {
      DEF: [
        {
          ALT: () => {
            becomes.source = p.subrule(0, p.endpoint);
            p.option(0, () => {
              p.consume(0, T.Arrow);
              becomes.destination = p.subrule(1, p.endpoint);
            });
          },
        },
        {
          ALT: () => {
            p.consume(1, T.Arrow);
            becomes.destination = p.subrule(2, p.endpoint);
          },
        },
      ],
      ERR_MSG: 'the new source, `->` and the new destination, or both',
    });
    p.ACTION(() => {
      draft.becomes = becomes;
    });
  });
};

function checkIcmp(p: Grammar, icmp: IcmpLiteral): IcmpLiteral {
  return p.ACTION(() => {
    if (icmp.types.length === 1) return icmp;
    return p.fail(PROBLEMS.unexpected, icmp, 'a packet has one ICMP type', 'name one: `icmp echo-request`');
  });
}
