import type { ColumnReference, Effect, Name } from '../../../ast/index.ts';
import { quoted } from '../../../literal-text.ts';
import { words, type Doc, type Printers, type Printing } from '../../../printing.ts';
import { printName } from '../../values/name/print.ts';

const printMemory: Printers<Effect>['remember'] = ({ kind, key, memory, duration }, at) =>
  words(kind, key.join(', '), 'in', printName(memory), duration && words('for', at.value(duration)));

const PRINTERS: Printers<Effect> = {
  log: ({ prefix, level, group }, at) =>
    words(
      'log',
      prefix === undefined ? undefined : quoted(prefix),
      level && `level ${level}`,
      group && words('group', at.value(group)),
    ),
  count: ({ counter }) => `count as ${printCounter(counter)}`,
  'mark-set': ({ value, mask }, at) => ['mark set ', at.value(value), mask ? ['/', at.value(mask)] : ''],
  remember: printMemory,
  forget: printMemory,
  'dscp-set': ({ value }, at) => words('dscp set', at.value(value)),
  mss: ({ size }, at) => (size === undefined ? 'mss clamp' : words('mss set', at.value(size))),
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
