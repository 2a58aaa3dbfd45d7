/** What stands in a block of rules. */
import fastCheck, { type Arbitrary } from 'fast-check';
import type { Action, Effect, MemoryKeyPart, Rule, RuleItem, Verdict } from '../../../grammar/ast/index.ts';
import { LOG_LEVELS, REJECT_REASONS } from '../../../grammar/words.ts';
import { clauses, rateOf } from './clauses.ts';
import { annotations, many, maybe, name, node, text } from './nodes.ts';
import { anySet, column, decimal, duration, endpoint, expression, integer, maskable, ports, scalar } from './values.ts';

const { boolean, constant, constantFrom, oneof, record, tuple } = fastCheck;

export const reason = constantFrom(...REJECT_REASONS);

const verdict: Arbitrary<Verdict> = oneof(
  constantFrom<'allow' | 'drop' | 'leave'>('allow', 'drop', 'leave').map((kind): Verdict => node({ kind })),
  maybe('reason', reason).map((of): Verdict => node({ kind: 'reject', ...of })),
  tuple(maybe('mss', decimal), maybe('windowScale', decimal), boolean(), boolean()).map(
    ([mss, windowScale, timestamps, selectiveAck]): Verdict =>
      node({ kind: 'synproxy', ...mss, ...windowScale, timestamps, selectiveAck }),
  ),
);

const counter = oneof(name, column);

const memoryKey = many(
  constantFrom<MemoryKeyPart>('source', 'destination', 'source port', 'destination port', 'protocol'),
);

type OfKind<Union, Kind> = Union extends { readonly kind: infer Kinds } ? (Kind extends Kinds ? Union : never) : never;

/** The type checker lists what is missing. */
const EFFECTS: { readonly [Kind in Effect['kind']]: Arbitrary<OfKind<Effect, Kind>> } = {
  // A prefix is always there: without one, a quoted name that begins the next clause would be taken for it.
  log: tuple(text, maybe('level', constantFrom(...LOG_LEVELS)), maybe('group', decimal)).map(([prefix, level, group]) =>
    node({ kind: 'log', prefix, ...level, ...group }),
  ),
  count: counter.map((of) => node({ kind: 'count', counter: of })),
  'mark-set': tuple(maskable, maybe('mask', integer)).map(([value, mask]) =>
    node({ kind: 'mark-set', value, ...mask }),
  ),
  remember: tuple(memoryKey, name, maybe('duration', duration)).map(([key, memory, of]) =>
    node({ kind: 'remember', key, memory, ...of }),
  ),
  forget: tuple(memoryKey, name).map(([key, memory]) => node({ kind: 'forget', key, memory })),
  'dscp-set': scalar.map((value) => node({ kind: 'dscp-set', value })),
  mss: maybe('size', decimal).map((size) => node({ kind: 'mss', ...size })),
  notrack: constant(node({ kind: 'notrack' })),
  helper: name.map((helper) => node({ kind: 'helper', helper })),
  opaque: tuple(name, text).map(([plane, of]) => node({ kind: 'opaque', plane, text: of })),
};

const effect: Arbitrary<Effect> = oneof<Arbitrary<Effect>[]>(...Object.values(EFFECTS));

const attached = many(
  tuple(effect, clauses).map(([of, its]) => node({ kind: 'attached' as const, effect: of, clauses: its })),
  0,
  2,
);

const translation: Arbitrary<Action> = oneof(
  tuple(endpoint, boolean(), boolean()).map(([target, random, persistent]): Action =>
    node({ kind: 'snat', target, random, persistent }),
  ),
  tuple(endpoint, boolean(), boolean(), boolean()).map(([target, random, persistent, hairpin]): Action =>
    node({ kind: 'dnat', target, random, persistent, hairpin }),
  ),
  tuple(maybe('ports', ports), boolean()).map(([of, random]): Action => node({ kind: 'masquerade', ...of, random })),
  maybe('ports', ports).map((of): Action => node({ kind: 'redirect', ...of })),
  counter.map((of): Action => node({ kind: 'traffic', counter: of })),
);

function ruleOf(action: Arbitrary<Action>, eachPacket: Arbitrary<boolean>): Arbitrary<Rule> {
  return record({ kind: constant<'rule'>('rule'), annotations, eachPacket, action, clauses, attached }).map((rule) =>
    node(rule),
  );
}

const rule: Arbitrary<Rule> = oneof(
  { weight: 3, arbitrary: ruleOf(oneof<Arbitrary<Action>[]>(verdict, effect), boolean()) },
  { weight: 1, arbitrary: ruleOf(translation, constant(false)) },
);

const socketRule: Arbitrary<Rule> = ruleOf(
  tuple(name, maybe('limit', rateOf(constant('up to')))).map(([socket, of]): Action =>
    node({ kind: 'socket', socket, ...of }),
  ),
  constant(false),
);

const groupUse: Arbitrary<RuleItem> = tuple(annotations, name, many(anySet, 0)).map(([said, group, values]) =>
  node({ kind: 'group-use', annotations: said, group, arguments: values }),
);

const shapeDefault: Arbitrary<RuleItem> = tuple(
  annotations,
  oneof<[Arbitrary<'fair'>, Arbitrary<'unshaped'>, typeof name]>(constant('fair'), constant('unshaped'), name),
).map(([said, to]) => node({ kind: 'shape-default', annotations: said, to }));

function eachOf(body: Arbitrary<RuleItem[]>): Arbitrary<RuleItem> {
  return tuple(annotations, name, name, maybe('where', expression), body).map(([said, variable, table, where, items]) =>
    node({ kind: 'each', annotations: said, variable, table, ...where, body: items }),
  );
}

function classOf(nested: Arbitrary<RuleItem[]>): Arbitrary<RuleItem> {
  return tuple(
    tuple(annotations, counter, clauses, nested),
    maybe('guarantee', scalar),
    maybe('ceiling', scalar),
    maybe('priority', oneof(scalar, constant(node({ kind: 'integer' as const, value: 0n })))),
    maybe('burst', scalar),
    maybe('latency', scalar),
    maybe('leaf', name),
    maybe(
      'ecn',
      constantFrom('ecn', 'noecn').map((word) => node({ kind: 'name', text: word, quoted: false })),
    ),
  ).map(([[said, of, its, items], ...options]) =>
    node({
      kind: 'class',
      annotations: said,
      name: of,
      clauses: its,
      ...(Object.assign({}, ...options) as object),
      nested: items,
    }),
  );
}

export const ruleItems: Arbitrary<RuleItem[]> = fastCheck.letrec<{ items: RuleItem[]; item: RuleItem }>((tie) => ({
  items: many(tie('item'), 0, 3),
  item: oneof<Arbitrary<RuleItem>[]>(
    { depthSize: 'small' },
    rule,
    groupUse,
    shapeDefault,
    annotations.map((said): RuleItem => node({ kind: 'essential-off', annotations: said })),
    eachOf(tie('items')),
    classOf(tie('items')),
  ),
})).items;

export const dispatchItems: Arbitrary<RuleItem[]> = many(
  oneof<Arbitrary<RuleItem>[]>(socketRule, groupUse, eachOf(many(socketRule, 0, 2))),
  0,
  3,
);
