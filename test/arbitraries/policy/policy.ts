/** Whole random policies, as text and data files. */
import fastCheck, { type Arbitrary } from 'fast-check';
import type { RulePlace, Way } from './clauses.ts';
import { ALL_FEATURES, type Features } from './features.ts';
import { natRules } from './nat.ts';
import { either, joined, maybe, NOTHING, piece, plain, words, type Declaration, type Piece } from './piece.ts';
import { rules } from './rules.ts';
import { tables, type TableText } from './tables.ts';

/** A policy and the files that it reads, by name. */
export interface RandomPolicy {
  readonly policy: string;
  readonly files: Readonly<Record<string, string>>;
}

export const HEADER = `zone uplink = uplink0
zone inside = lan0
zone guests = lan1
zone servers = dmz0
`;

/** Policies with some or all of the features of the language; most of them pass the checks. */
export function randomPolicy(features: Features = ALL_FEATURES): Arbitrary<RandomPolicy> {
  const blocks = fastCheck.tuple(
    maybe(mitigate(features), features.has('mitigate') ? 25 : 0),
    maybe(block('raw', features, { place: 'raw', hasIn: true, hasOut: false }), features.has('raw') ? 18 : 0),
    maybe(
      natRules(features).map(
        (body) => piece`nat {
  ${body}
}`,
      ),
      features.has('nat') ? 55 : 0,
    ),
    maybe(filter(features, 'forward'), 92),
    maybe(filter(features, 'input'), features.has('input') ? 50 : 0),
    maybe(filter(features, 'output'), features.has('output') ? 25 : 0),
    mangles(features),
    maybe(count(features), features.has('count') ? 25 : 0),
  );
  return fastCheck.tuple(blocks, tables()).map(([parts, rows]) => print(joined(parts, '\n\n'), rows));
}

/** The policy with what its rules need; `header` and `footer` stand around all. */
export function print(body: Piece, allTables: readonly TableText[], header = HEADER, footer = ''): RandomPolicy {
  const declarations = new Map<string, Declaration>(body.needs.map((one) => [one.name, one]));
  const declared = [...declarations.values()].map(({ text }) => text);
  const written = [...declared, body.text].join('\n');
  // A table that a `where` compares with counts as used, too.
  const used = allTables.filter(({ name }) => new RegExp(`\\b${name}\\b`).test(written));
  const policy = [header, ...used.map(({ declaration }) => declaration), ...declared, '', body.text, footer].join('\n');
  const files = Object.fromEntries(used.flatMap(({ file }) => (file === undefined ? [] : [[file.path, file.content]])));
  return { policy, files };
}

function braces(head: string, { text, needs }: Piece): Piece {
  return { text: `${head} {\n  ${text}\n}`, needs };
}

function block(head: string, features: Features, way: Way): Arbitrary<Piece> {
  return rules(features, way, 5).map((body) => (body.text === '' ? NOTHING : braces(head, body)));
}

function mitigate(features: Features): Arbitrary<Piece> {
  const way: Way = { place: 'mitigate', hasIn: false, hasOut: false };
  return fastCheck
    .tuple(words('in uplink', 'in uplink, inside', ''), rules(features, way, 5))
    .map(([where, body]) => (body.text === '' ? NOTHING : braces(`mitigate ${where.text}`.trim(), body)));
}

function filter(features: Features, hook: 'input' | 'forward' | 'output'): Arbitrary<Piece> {
  const ways = { hasIn: hook !== 'output', hasOut: hook !== 'input' };
  const at = (place: RulePlace): Way => ({ place, ...ways });
  const defaults = either(
    [5, words('default drop')],
    [2, words('default allow')],
    [features.has('default reject') ? 1 : 0, words('default reject', 'default reject with admin-prohibited')],
  );
  const stateful = fastCheck
    .tuple(
      defaults,
      maybe(words('invalid pass', 'invalid drop'), 15),
      maybe(words('pickup'), 10),
      maybe(words('essential off'), 10),
      features.has('each packet') ? maybe(rules(features, at('each packet'), 3), 25) : fastCheck.constant(NOTHING),
      rules(features, at('filter'), 9),
    )
    .map(([byDefault, invalid, pickup, essential, eachPacket, body]) =>
      braces(
        joined([plain(`filter ${hook}`), byDefault, invalid, pickup], ' ').text,
        joined([byDefault.text === 'default drop' ? essential : NOTHING, eachPacket, body], '\n  '),
      ),
    );
  const stateless = fastCheck
    .tuple(defaults, rules(features, at('stateless'), 8))
    .map(([byDefault, body]) => braces(`filter ${hook} stateless ${byDefault.text}`, body));
  return either([8, stateful], [features.has('stateless') ? 2 : 0, stateless]);
}

function mangles(features: Features): Arbitrary<Piece> {
  const hooks = ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const;
  const each = hooks.map((hook) => {
    const way: Way = {
      place: 'mangle',
      hasIn: hook === 'prerouting' || hook === 'input' || hook === 'forward',
      hasOut: hook === 'forward' || hook === 'output' || hook === 'postrouting',
    };
    return maybe(block(`mangle ${hook}`, features, way), features.has('mangle') ? 12 : 0);
  });
  return fastCheck.tuple(...each).map((parts) => joined(parts, '\n\n'));
}

function count(features: Features): Arbitrary<Piece> {
  const lines = words(
    'each m in members { traffic host m.room, m.room6 as m.id }',
    'traffic from 10.0.0.0/8 as lan',
    'traffic to 2001:db8:a00::/40, 10.128.0.0/9 tcp as web',
    'traffic host members.room as rooms',
    'each h in hosts { traffic host h.address as h.address }',
  );
  const few = features.has('tables')
    ? lines
    : words('traffic from 10.0.0.0/8 as lan', 'traffic to 2001:db8:a00::/40, 10.128.0.0/9 tcp as web');
  return fastCheck
    .uniqueArray(few, { minLength: 1, maxLength: 3, selector: ({ text }) => text })
    .map((items) => braces('count', joined(items, '\n  ')));
}
