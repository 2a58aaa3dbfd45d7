/** Constants on the right of a match: one, or a list in braces, as a set without a name. */
import type { MachineSet } from '../../../compiler/proof/machine/form.ts';
import { writeValue, type Value } from '../../../compiler/net/words.ts';
import { NumberColumn } from './columns.ts';
import { Misread } from './misread.ts';
import { emptyShape, SetBuilder, type SetShape } from './sets.ts';
import type { Tokens } from './tokens.ts';
import { readValueText, type ValueType } from './values.ts';

const encoder = new TextEncoder();

/** The set of the numbers from `low` to `high`, both included. */
export function constantSet(width: number, low: Value, high: Value): MachineSet {
  const column = new NumberColumn(width);
  const ends = [low, high].map((value) => {
    const words = new Uint32Array(4);
    writeValue(width, value, words, 0);
    return words;
  });
  column.appendWords(ends[0]!, ends[1]!);
  const { name, dynamic: isDynamic, timeout, size } = emptyShape(undefined);
  const nothing = { data: [], verdicts: undefined, attachments: undefined };
  return { name, count: 1, key: [column.finish()], ...nothing, isDynamic, timeout, size };
}

/** `{ 22, 80 }`, `{ tcp . 22, udp . 53 }`, `{ related : accept }`, or one element without braces. */
export function listOf(types: readonly ValueType[], data: Partial<SetShape>, tokens: Tokens): MachineSet {
  const builder = new SetBuilder({ ...emptyShape(undefined), key: types, interval: true, ...data });
  if (!tokens.take('{')) {
    readElement(builder, tokens);
  } else {
    do readElement(builder, tokens);
    while (tokens.take(','));
    tokens.expect('}');
  }
  return builder.finish();
}

/** `invalid,new`: values without braces. */
export function bareListOf(type: ValueType, tokens: Tokens): MachineSet {
  const builder = new SetBuilder({ ...emptyShape(undefined), key: [type] });
  do readElement(builder, tokens);
  while (tokens.take(','));
  return builder.finish();
}

function readElement(builder: SetBuilder, tokens: Tokens): void {
  const { shape } = builder;
  readParts(shape.key, builder.key, tokens);
  if (shape.hasVerdicts) {
    tokens.expect(':');
    const verdict: string[] = [];
    while (!tokens.isAtEnd && tokens.peek() !== ',' && tokens.peek() !== '}') verdict.push(tokens.next());
    const bytes = encoder.encode(verdict.join(' '));
    builder.appendTail(bytes, 0, bytes.length);
  } else if (shape.data.length > 0) {
    tokens.expect(':');
    readParts(shape.data, builder.data, tokens);
  }
  builder.endElement();
}

function readParts(types: readonly ValueType[], columns: SetBuilder['key'], tokens: Tokens): void {
  types.forEach((type, index) => {
    if (index > 0) tokens.expect('.');
    readValueText(type, valueText(type, tokens), columns[index]!);
  });
}

/** One value's text: a word, or flags with `|` between them. */
function valueText({ notation }: ValueType, tokens: Tokens): string {
  const words = [tokens.next()];
  if (words[0] === '{' || words[0] === ',') throw new Misread('a value is missing');
  if (notation === 'flags') {
    while (tokens.take('|')) words.push(tokens.next());
  }
  return words.join(' | ');
}
