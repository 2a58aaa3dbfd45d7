/** `opaque nftables "…"`: the policy's own words of nft, which have to stay within the line that they stand in. */
import type { Origin } from '../../../compiler/model/index.ts';
import type { Context } from './context.ts';

/** The words as they stand; refused where they would be more, or less, than a part of one rule. */
export function opaqueText(plane: string, text: string, { context, origin }: Place): string {
  if (plane !== 'nftables') {
    context.refuse(origin, `\`opaque ${plane}\` binds the rule to another plane`, 'Add that plane to the target.');
    return '';
  }
  const words = text.replace(/"[^"\n]*"/g, '""').trim();
  if (words === '' || /[\n;#]/.test(words) || !isBalanced(words)) {
    context.refuse(
      origin,
      'the words for nftables are no part of one rule',
      'Write one match or statement, without `;`, `#` and line ends, and with every bracket closed.',
    );
  }
  return text.trim();
}

interface Place {
  readonly context: Context;
  readonly origin: Origin;
}

const CLOSING: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['{', '}'],
  ['[', ']'],
]);

function isBalanced(text: string): boolean {
  const open: string[] = [];
  for (const character of text) {
    const closing = CLOSING.get(character);
    if (closing !== undefined) open.push(closing);
    else if ([...CLOSING.values()].includes(character) && open.pop() !== character) return false;
  }
  return open.length === 0 && !text.replaceAll('""', '').includes('"');
}
