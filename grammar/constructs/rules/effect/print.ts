import type { ColumnReference, Effect, Name } from '../../../ast/index.ts';
import { quoted } from '../../../literal-text.ts';
import { words, type Doc, type Printers, type Printing } from '../../../printing.ts';
import { printName, printValue } from '../../values/value/print.ts';

const printMemory: Printers<Effect>['remember'] = ({ kind, key, memory, duration }, at) =>
  words(kind, key.join(', '), 'in', printName(memory), duration && words('for', printValue(duration, at)));

const PRINTERS: Printers<Effect> = {
  log: ({ prefix, level, group }, at) =>
    words(
      'log',
      prefix === undefined ? undefined : quoted(prefix),
      level && `level ${level}`,
      group && words('group', printValue(group, at)),
    ),
  count: ({ counter }) => `count as ${printCounter(counter)}`,
  'mark-set': ({ value, mask }, at) => ['mark set ', printValue(value, at), mask ? ['/', printValue(mask, at)] : ''],
  remember: printMemory,
  forget: printMemory,
  'dscp-set': ({ value }, at) => words('dscp set', printValue(value, at)),
  mss: ({ size }, at) => (size === undefined ? 'mss clamp' : words('mss set', printValue(size, at))),
  notrack: () => 'notrack',
  helper: ({ helper }) => `helper ${printName(helper)}`,
  opaque: ({ plane, text }) => `opaque ${printName(plane)} ${quoted(text)}`,
};

export function printEffect(effect: Effect, at: Printing): Doc {
  const print = PRINTERS[effect.kind] as (effect: Effect, at: Printing) => Doc;
  return print(effect, at);
}

/** What a counter or a class is called. */
export function printCounter(counter: Name | ColumnReference): string {
  return counter.kind === 'name' ? printName(counter) : `${printName(counter.owner)}.${printName(counter.column)}`;
}
