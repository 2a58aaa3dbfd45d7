/** A policy as it is a little later: rows and rules went, came back elsewhere, or have another number in them. */
import fastCheck, { type Arbitrary } from 'fast-check';
import type { RandomPolicy } from './policy.ts';

type Edit = (lines: readonly string[]) => readonly string[];

/** Policies that differ from this one in a few lines of its text or files; some are no policies any more. */
export function editOf({ policy, files }: RandomPolicy): Arbitrary<RandomPolicy> {
  const paths = Object.keys(files);
  const texts = [policy, ...paths.map((path) => files[path]!)];
  const edits = texts.map((text) => fastCheck.array(editOfLines(text.split('\n').length), { maxLength: 3 }));
  return fastCheck.tuple(...edits).map((lists) => {
    const [later = '', ...others] = texts.map((text, at) =>
      lists[at]!.reduce<readonly string[]>(apply, text.split('\n')).join('\n'),
    );
    return { policy: later, files: Object.fromEntries(paths.map((path, at) => [path, others[at]!])) };
  });
}

function apply(lines: readonly string[], edit: Edit): readonly string[] {
  return edit(lines);
}

/** Of a text of so many lines; the first, a header, stays. */
function editOfLines(lines: number): Arbitrary<Edit> {
  const line = fastCheck.integer({ min: 1, max: Math.max(1, lines - 1) });
  return fastCheck.oneof(
    line.map(
      (at): Edit =>
        (all) =>
          all.toSpliced(at, 1),
    ),
    fastCheck.tuple(line, line).map(
      ([from, to]): Edit =>
        (all) =>
          all.toSpliced(from, 1).toSpliced(to, 0, ...all.slice(from, from + 1)),
    ),
    fastCheck.tuple(line, fastCheck.integer({ min: 0, max: 9 })).map(
      ([at, digit]): Edit =>
        (all) =>
          all.with(Math.min(at, all.length - 1), otherNumber(all[at] ?? '', digit)),
    ),
  );
}

/** The last digit of the line's first number is another. */
function otherNumber(line: string, digit: number): string {
  return line.replace(/\d(?!\d)/, String(digit));
}
