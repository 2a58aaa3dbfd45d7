import fc from 'fast-check';
import { readFileSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checkPolicy } from '../../compiler/check.ts';
import { renderFindings } from '../../compiler/diagnostics/render.ts';
import { inputsOfFolder } from '../builders/inputs-of-folder.ts';

const example = new URL('../unit/check/language-example/', import.meta.url);
const wrong = new URL('../cases/check/', import.meta.url);

/** With few words changed it stands for just as many rules as may be, which is right and takes its time. */
const slow = 'groups-that-multiply';

/** Policies that hold every construct, right and wrong. */
const texts = [
  readFileSync(new URL('policy.sluice', example), 'utf8'),
  ...readdirSync(wrong, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== slow)
    .map(({ name }) => readFileSync(new URL(`${name}/policy.sluice`, wrong), 'utf8')),
];

const inputs = inputsOfFolder(example, { year: 2026, month: 6, day: 15 });

/** Words of one policy, some left out, some put elsewhere, some from another policy. */
const shuffledWords = fc
  .record({
    at: fc.nat(texts.length - 1),
    other: fc.nat(texts.length - 1),
    edits: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(2)), { maxLength: 6 }),
  })
  .map(({ at, other, edits }) => {
    const words = wordsOf(texts[at] ?? '');
    const donor = wordsOf(texts[other] ?? '');
    for (const [to, from, kind] of edits) {
      const place = to % Math.max(words.length, 1);
      const word = donor[from % Math.max(donor.length, 1)] ?? '';
      if (kind === 0) words.splice(place, 1);
      else if (kind === 1) words.splice(place, 0, word);
      else words[place] = word;
    }
    return words.join('');
  });

/** With the white space between them, so that joining gives the text again. */
function wordsOf(text: string): string[] {
  return text.match(/\s+|[\w.:/-]+|"[^"\n]*"|./g) ?? [];
}

it('never throws, and always says what is wrong', () => {
  fc.assert(
    fc.property(shuffledWords, (text) => {
      const { policy, diagnostics } = checkPolicy({ path: 'policy.sluice', text }, inputs);
      const failed = diagnostics.some(({ severity }) => severity === 'error');
      expect(policy === undefined).toBe(failed);
      expect(renderFindings(diagnostics)).not.toContain('undefined');
    }),
  );
});
