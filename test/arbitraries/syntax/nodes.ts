/** What every generated node has, and names. Generated trees have no text: every place is nowhere. */
import fastCheck, { type Arbitrary } from 'fast-check';
import type { Annotations, Name, Node } from '../../../grammar/ast/index.ts';
import { EMPTY_ANNOTATIONS } from '../../../grammar/annotations.ts';
import { closest } from '../../../grammar/did-you-mean.ts';
import type { SourceFile, Span } from '../../../grammar/source.ts';
import { CLAUSE_WORDS, RULE_WORDS, STATEMENT_WORDS, wordType, Word } from '../../../grammar/tokens.ts';
import { HOST_SETTINGS, PLANE_VARIANTS, PROTOCOL_WORDS, WEEKDAYS } from '../../../grammar/words.ts';

const NOWHERE: SourceFile = { path: '', text: '' };

export const span: Span = { source: NOWHERE, start: 0, end: 0 };

/** A node of a kind, with its place. */
export function node<Fields extends object>(fields: Fields): Fields & Node {
  return { ...fields, span };
}

const KEYWORDS = [...STATEMENT_WORDS, ...RULE_WORDS, ...CLAUSE_WORDS];
const TAKEN = new Set<string>([
  ...PROTOCOL_WORDS,
  ...WEEKDAYS,
  ...PLANE_VARIANTS,
  ...HOST_SETTINGS,
  'later',
  'flow',
  'fair',
  'unshaped',
  'none',
]);

/** A word that means nothing of itself anywhere, and is no likely misspelling of one that does. */
const freeWord = fastCheck
  .stringMatching(/^[a-z][a-z0-9_]{0,9}$/)
  .filter((text) => wordType(text) === Word && !TAKEN.has(text) && closest(text, KEYWORDS) === undefined);

const quotedText = fastCheck.oneof(
  { weight: 3, arbitrary: fastCheck.constantFrom('wlan-guest', 'wg*', 'in', 'table', 'tcp', 'grün', '10.0.0.1') },
  { weight: 1, arbitrary: fastCheck.string({ unit: 'binary', maxLength: 12 }) },
);

const bareName: Arbitrary<Name> = freeWord.map((text) => node({ kind: 'name', text, quoted: false }));
const quotedName: Arbitrary<Name> = quotedText.map((text) => node({ kind: 'name', text, quoted: true }));

export const name: Arbitrary<Name> = fastCheck.oneof(
  { weight: 5, arbitrary: bareName },
  { weight: 1, arbitrary: quotedName },
);

export const unquotedName = bareName;

/** Behind a dot and in declarations, keywords are names, too. */
export const columnName: Arbitrary<Name> = fastCheck.oneof(
  { weight: 3, arbitrary: name },
  {
    weight: 1,
    arbitrary: fastCheck
      .constantFrom('port', 'proto', 'host', 'key', 'in', 'mark', 'set', 'ipv4', 'dead')
      .map((text): Name => node({ kind: 'name', text, quoted: false })),
  },
);

export const text = fastCheck.string({ unit: 'binary', maxLength: 20 });

export function many<Item>(item: Arbitrary<Item>, min = 1, max = 3): Arbitrary<Item[]> {
  return fastCheck.array(item, { minLength: min, maxLength: max });
}

/** A field that is there or not. */
export function maybe<Key extends string, Value>(
  key: Key,
  value: Arbitrary<Value>,
): Arbitrary<{ readonly [Field in Key]?: Value }> {
  return fastCheck
    .option(value, { nil: undefined })
    .map((present) => (present === undefined ? {} : { [key]: present }) as { readonly [Field in Key]?: Value });
}

/** A line of documentation: blanks at its end are not kept. */
const documentationLine = fastCheck
  .oneof(fastCheck.string({ maxLength: 30 }), fastCheck.constantFrom('', '# hash', ' indented', 'a { } "'))
  .map((line) => line.replace(/[\r\n\u2028\u2029]/g, ' ').trimEnd());

export const annotations: Arbitrary<Annotations> = fastCheck.oneof(
  { weight: 6, arbitrary: fastCheck.constant(EMPTY_ANNOTATIONS) },
  {
    weight: 1,
    arbitrary: fastCheck
      .tuple(many(documentationLine, 0, 2), maybe('owner', text), maybe('ticket', text))
      .map(([documentation, owner, ticket]) => ({ documentation, ...owner, ...ticket })),
  },
);
