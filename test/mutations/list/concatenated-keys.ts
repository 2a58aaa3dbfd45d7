/** Lookups of several fields at once. */
import { mutationsOf } from '../mutation.ts';

export const concatenatedKeys = [
  ...mutationsOf('compiler/6-plan/concatenated/layers.ts', [
    {
      name: 'rules get into lookups past whatever stands between',
      original: 'if (!isNew && !blockers.mayMove(number, place)) continue;',
      replacement: '',
      why: 'a lost guard: a rule moves past one that decides otherwise',
    },
  ]),
  ...mutationsOf('compiler/6-plan/concatenated/elements.ts', [
    {
      name: 'of equal keys the last rule stands',
      original: 'for (const { box, key } of keyed) {\n      if (this.#known.has(key)) continue;',
      replacement:
        'for (const { box, key } of keyed) {\n      if (this.#known.has(key)) this.elements.splice(this.elements.findIndex((one) => one.box.map(([low]) => low).join() === key), 1);',
      why: 'a swapped order',
    },
    {
      name: 'what earlier intervals have is not cut out',
      original: 'left = left.flatMap((box) => without(box, earlier));',
      replacement: 'left = left.filter((box) => without(box, earlier).length > 0);',
      why: 'elements overlap: which of them is found is up to the plane',
    },
    {
      name: 'what is cut out is one value short',
      original: 'pieces.push(left.with(at, [neighbour(otherHigh, 1), high]))',
      replacement: 'pieces.push(left.with(at, [neighbour(neighbour(otherHigh, 1), 1), high]))',
      why: 'an off-by-one in a range',
    },
  ]),
  ...mutationsOf('compiler/6-plan/concatenated/key-boxes.ts', [
    {
      name: 'of a set only its first prefix length counts',
      original: 'lengths.some((other) => other !== length)',
      replacement: 'false',
      why: 'a missing guard: prefixes of several lengths are looked up by one mask',
    },
    {
      name: 'the last port of a range is lost',
      original: '{ length: Number(high) - Number(low) + 1 }',
      replacement: '{ length: Math.max(1, Number(high) - Number(low)) }',
      why: 'an off-by-one in a range',
    },
  ]),
  ...mutationsOf('compiler/6-plan/concatenated/lookup.ts', [
    {
      name: 'what all rows ask is not tested',
      original: 'guard: [...group.rest, ...guardOf(common, family)],',
      replacement: 'guard: [...group.rest],',
      why: 'a lost clause: other ports find the row, too',
    },
  ]),
];
