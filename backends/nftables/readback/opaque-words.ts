/** The policy's own words of nft, by the comments of the rules that they stand in. */
import { everyRule } from '../../../compiler/4-program/every-rule.ts';
import type { Atom, Program, ProgramRule } from '../../../compiler/4-program/program.ts';
import type { OpaqueWords } from './rules.ts';

/** A comment is no longer than this, and then ends in `~`. */
const LONGEST_COMMENT = 127;

export function opaqueWordsOf({ stages }: Program): OpaqueWords {
  const words = new Map<string, string[]>();
  for (const rule of stages.flatMap(({ implied, items }) => everyRule([...implied, ...items]))) {
    const own = wordsIn(rule);
    const comment = commentOf(rule.origin.name);
    if (own.length > 0) words.set(comment, [...(words.get(comment) ?? []), ...own]);
  }
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
