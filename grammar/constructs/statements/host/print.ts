import type { Host, HostSetting, Name, Value } from '../../../ast/index.ts';
import { words, type Doc, type Printing } from '../../../printing.ts';
import { printName } from '../../values/name/print.ts';

export function printHost(host: Host, at: Printing): Doc {
  return at.block(host, `host ${printName(host.name)}`, host.settings, (setting) => printSetting(setting, at));
}

function printSetting({ words: said }: HostSetting, at: Printing): Doc {
  return words(...said.map((word) => printWord(word, at)));
}

/** As its own manual writes it: `layer3+4`. */
function printWord(word: Name | Value, at: Printing): Doc {
  if (word.kind === 'name') return printName(word);
  if (word.kind === 'operation') return [printWord(word.left, at), word.operator, printWord(word.right, at)];
  if (word.kind !== 'list') return at.value(word);
  return word.items.flatMap((item, index) => (index === 0 ? [printWord(item, at)] : [', ', printWord(item, at)]));
}
