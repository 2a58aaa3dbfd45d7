import type { DateLiteral, Given } from '../../../ast/index.ts';
import type { Grammar, Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

type GivenOf<Kind extends Given['kind']> = Given & { kind: Kind };

/** One for each thing that the environment decides; the type checker lists what is missing. */
const GIVEN: { readonly [Kind in Given['kind']]: (p: Grammar, start: number) => GivenOf<Kind> } = {
  'given-route': readRoute,
  'given-address': readAddress,
  'given-down': readDown,
  'given-time': readTime,
  'given-memory': readMemory,
};

export const givenSyntax: Syntax = (p) => {
  p.RULE('given', (): Given => {
    const { startOffset } = p.consume(0, T.Keyword.given);
    const alternatives = Object.values(GIVEN).map((read) => ({ ALT: (): Given => read(p, startOffset) }));
    return p.or(0, { DEF: alternatives, ERR_MSG: '`route`, `address`, `down`, `time` or `memory`' });
  });
};

function readRoute(p: Grammar, start: number): GivenOf<'given-route'> {
  const { annotations } = p;
  p.consume(0, T.Keyword.route);
  const to = p.subrule(0, p.value);
  p.consume(0, T.Keyword.out);
  const out = p.subrule(0, p.name);
  return { kind: 'given-route', annotations, to, out, span: p.spanFrom(start) };
}

function readAddress(p: Grammar, start: number): GivenOf<'given-address'> {
  const { annotations } = p;
  p.consume(0, T.Keyword.address);
  const addresses = p.subrule(1, p.value);
  const zone = p.option(0, () => {
    p.consume(0, T.Keyword.on);
    return p.subrule(1, p.name);
  });
  return { kind: 'given-address', annotations, addresses, ...(zone && { zone }), span: p.spanFrom(start) };
}

function readDown(p: Grammar, start: number): GivenOf<'given-down'> {
  const { annotations } = p;
  p.consume(0, T.Keyword.down);
  const addresses = p.subrule(2, p.value);
  return { kind: 'given-down', annotations, addresses, span: p.spanFrom(start) };
}

function readTime(p: Grammar, start: number): GivenOf<'given-time'> {
  const { annotations } = p;
  p.consume(0, T.Keyword.time);
  const date: DateLiteral = p.subrule(0, p.date);
  const minute = p.option(1, () => Number(p.consume(0, T.TimeToken).payload));
  return { kind: 'given-time', annotations, date, ...(minute !== undefined && { minute }), span: p.spanFrom(start) };
}

function readMemory(p: Grammar, start: number): GivenOf<'given-memory'> {
  const { annotations } = p;
  p.consume(0, T.Keyword.memory);
  const memory = p.subrule(2, p.name);
  const values = p.subrule(3, p.value);
  return { kind: 'given-memory', annotations, memory, values, span: p.spanFrom(start) };
}
