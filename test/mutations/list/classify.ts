/** Trees of lookups, and searches side by side. */
import { mutationsOf } from '../mutation.ts';

export const classify = [
  ...mutationsOf('compiler/6-plan/classify/cells.ts', [
    {
      name: 'a network inside a cell is the whole cell',
      original: 'spans.add(item, from, last);',
      replacement: 'spans.add(settle(item, bit), from, last);',
      why: 'a lost match: the address is not asked for once more',
    },
    {
      name: 'two networks in one cell cancel each other',
      original: 'next = last;',
      replacement: 'next = 0;',
      why: 'a rule stands twice where it should stand once',
    },
    {
      name: 'the last cell of a range is left out',
      original: 'spans.add(item, full.to, last);',
      replacement: '',
      why: 'a missing element: the end of the range meets other rules',
    },
  ]),
  ...mutationsOf('compiler/6-plan/classify/shadowed.ts', [
    {
      name: 'a rule is hidden by one that begins behind it',
      original: 'if (at >= wide.length || wide[at]! > narrow[i]!) return false;',
      replacement: 'if (at >= wide.length) return false;',
      why: 'a lost comparison: the beginning of the range meets neither',
    },
    {
      name: 'rules about other flags hide each other',
      original: 'other.negated === atom.negated && sameTest(other.test, atom.test)',
      replacement: 'other.negated === atom.negated',
      why: 'a lost comparison: SYN and ACK are taken for one',
    },
    {
      name: 'rules that decide nothing hide what stands behind them',
      original: 'return decision !== undefined && gates.length === 0;',
      replacement: 'return gates.length === 0;',
      why: 'a lost guard: what is only counted goes on to the next rules',
    },
  ]),
  ...mutationsOf('compiler/6-plan/classify/space.ts', [
    {
      name: 'flags of TCP are those of UDP',
      original: "['tcp flags', 6],",
      replacement: "['tcp flags', 17],",
      why: 'a wrong element: the rule stands in the case of another protocol',
    },
    {
      name: 'a range of ports is its first one',
      original: '[first + low, first + high] as const',
      replacement: '[first + low, first + low] as const',
      why: 'an end for the other: the rest of the range meets other rules',
    },
  ]),
  ...mutationsOf('compiler/6-plan/classify/tree.ts', [
    {
      name: 'rules that do not test a field come last',
      original: 'j >= b.length || a[i]! < b[j]! ? a[i++]! : b[j++]!',
      replacement: 'i < a.length ? a[i++]! : b[j++]!',
      why: 'a swapped order: a later rule goes before an earlier one',
    },
    {
      name: 'cells with the same rules are where the first of them is',
      original: 'Number(values.highAt(values.intervalCount - 1))',
      replacement: 'Number(values.highAt(0))',
      why: 'a wrong end: what lies in the other cells is cut off below',
    },
  ]),
  ...mutationsOf('compiler/6-plan/passes/ranked-searches.ts', [
    {
      name: 'a rule decides at once unless all other searches go before it',
      original: 'others.some((other) => someBelow(',
      replacement: 'others.every((other) => someBelow(',
      why: '"some" for "every": what stands before it in another search is passed by',
    },
    {
      name: 'ranks are those within a search',
      original: 'run.items.map((item) => numbers[ruleOf(item)]!);',
      replacement: 'run.items.map((item) => ruleOf(item));',
      why: 'a wrong number: the rule that goes before is another one',
    },
  ]),
];
