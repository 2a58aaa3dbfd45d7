/** The policy's own words of nft, by the comments of the rules that they stand in. */
import type { Atom, Program, ProgramItem, ProgramRule } from '../../../compiler/4-program/program.ts';
import type { OpaqueWords } from './rules.ts';

/** A comment is no longer than this, and then ends in `~`. */
const LONGEST_COMMENT = 127;

export function opaqueWordsOf({ stages }: Program): OpaqueWords {
  const words = new Map<string, string[]>();
  const visit = (items: readonly ProgramItem[]): void => {
    for (const item of items) {
      if (item.kind !== 'rule') visit(item.items);
      else {
        const own = wordsIn(item);
        const comment = commentOf(item.origin.name);
        if (own.length > 0) words.set(comment, [...(words.get(comment) ?? []), ...own]);
      }
    }
  };
  for (const stage of stages) visit([...stage.implied, ...stage.items]);
  return words;
}

function wordsIn({ atoms, effects }: ProgramRule): string[] {
  const ofAtoms = (list: readonly Atom[]) =>
    list.flatMap(({ test }) => (test.kind === 'opaque' ? [test.text.trim()] : []));
  return [
    ...ofAtoms(atoms),
    ...effects.flatMap(({ effect, when }) => [
      ...(effect.kind === 'opaque' ? [effect.text.trim()] : []),
      ...when.flatMap(ofAtoms),
    ]),
  ];
}

function commentOf(name: string): string {
  const plain = name.replace(/["\\\p{Cc}]/gu, '_');
  return plain.length > LONGEST_COMMENT ? `${plain.slice(0, LONGEST_COMMENT - 1)}~` : plain;
}
