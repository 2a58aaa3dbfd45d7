/** A rule: one line where it fits. */
import type { Action, Clause, Effect, Node, Rule, Translation, Verdict } from '../../../ast/index.ts';
import { words, type Doc, type OfKind, type Part, type Printing } from '../../../printing.ts';
import { clauseParts } from '../../clauses/print.ts';
import { printRate } from '../../clauses/rate/print.ts';
import { printEndpoint } from '../../values/endpoint/print.ts';
import { printName } from '../../values/name/print.ts';
import { printCounter, printEffect } from '../effect/print.ts';
import { printVerdict } from '../verdict/print.ts';

/** What an action says before the clauses, and behind them. */
interface Around {
  readonly before?: () => Doc;
  readonly behind?: Part;
  /** Words behind a target, which have no nodes of their own. */
  readonly flags?: readonly string[];
}

type Actions = {
  readonly [Kind in Action['kind']]: (action: OfKind<Action, Kind>, at: Printing, clauses: readonly Clause[]) => Around;
};

const verdict = (action: Verdict, at: Printing): Around => ({ before: () => printVerdict(action, at) });

const effect = (action: Effect, at: Printing): Around => ({ before: () => printEffect(action, at) });

/** One for each kind; the type checker lists what is missing. */
const ACTIONS: Actions = {
  allow: verdict,
  drop: verdict,
  reject: verdict,
  synproxy: verdict,
  leave: verdict,
  log: effect,
  count: effect,
  'mark-set': effect,
  remember: effect,
  forget: effect,
  'dscp-set': effect,
  mss: effect,
  notrack: effect,
  helper: effect,
  opaque: (action, at) => ({ before: () => words('do', printEffect(action, at)) }),
  snat: mapped,
  dnat: mapped,
  masquerade: ({ ports, random, span }, at, clauses) => ({
    before: () => 'masquerade',
    flags: random ? ['random'] : [],
    ...((ports !== undefined || random) && {
      behind: {
        node: ports ?? { span: { ...span, start: clauses.at(-1)?.span.end ?? span.end } },
        print: () => words(ports && words('->', at.value(ports)), random ? 'random' : undefined),
      },
    }),
  }),
  redirect: ({ ports }, at) => ({
    before: () => 'redirect',
    ...(ports && { behind: { node: ports, print: () => words('->', at.value(ports)) } }),
  }),
  traffic: ({ counter }) => ({
    before: () => 'traffic',
    behind: { node: counter, print: () => `as ${printCounter(counter)}` },
  }),
  socket: (action, at) => ({
    behind: {
      node: action,
      print: () => words('-> socket', printName(action.socket), action.limit && printRate(action.limit, at)),
    },
  }),
};

function mapped(action: OfKind<Translation, 'snat' | 'dnat'>, at: Printing): Around {
  const { kind, target, random, persistent } = action;
  const hairpin = kind === 'dnat' && action.hairpin;
  const flags = Object.entries({ random, persistent, hairpin }).flatMap(([flag, said]) => (said ? [flag] : []));
  const print = () => words('->', printEndpoint(target, at), ...flags);
  return { before: () => kind, behind: { node: target, print }, flags };
}

export function printRule(rule: Rule, at: Printing): Doc {
  const { action, eachPacket, clauses, attached } = rule;
  const describe = ACTIONS[action.kind] as (action: Action, at: Printing, clauses: readonly Clause[]) => Around;
  const { before, behind, flags = [] } = describe(action, at, clauses);
  const first: Node = eachPacket ? { span: { ...action.span, start: rule.span.start } } : action;
  const parts: Part[] = [];
  if (before) parts.push({ node: first, print: () => words(eachPacket ? 'each packet' : undefined, before()) });
  parts.push(...clauseParts(clauses, at));
  const effects = attached.flatMap(({ effect: more, clauses: itsClauses, span }): Part[] => [
    { node: { span: { ...span, end: more.span.end } }, print: () => words('and', printEffect(more, at)) },
    ...clauseParts(itsClauses, at),
  ]);
  // A rule of `dispatch` ends with its arrow.
  if (action.kind === 'socket' || !behind) parts.push(...effects, ...(behind ? [behind] : []));
  else parts.push(upTo(behind, at.endOfWords(behind.node.span.end, flags.length)), ...effects);
  return at.flow(rule, parts);
}

function upTo({ node, print }: Part, end: number): Part {
  return { node: { span: { ...node.span, end } }, print };
}
