/** What finding a frame's rule is said to take: the steps of program/place.h and program/tables.h, counted. */
import { expect, test } from 'vitest';
import { TIMES, type StepTimes } from '../../../backends/ebpf/cost.ts';
import { xdp } from '../../../backends/ebpf/index.ts';
import { lowerPlan } from '../../../backends/ebpf/lower/index.ts';
import { Search, withoutTimes, type FramePlaces } from '../../../backends/ebpf/search.ts';
import type { XdpProgram } from '../../../backends/ebpf/tree.ts';
import { lowerPolicy } from '../../../compiler/compile.ts';
import type { RuleSearch } from '../../../compiler/plane.ts';
import { inputsWith } from '../../builders/ruleset.ts';

/** Prices by which only these steps are paid for, each with 1. */
function only(...names: readonly (keyof StepTimes)[]): StepTimes {
  return { ...zero, ...Object.fromEntries(names.map((name) => [name, 1])) };
}
const zero = Object.fromEntries(Object.keys(TIMES).map((name) => [name, 0])) as StepTimes;

/** A rule for each service and an address of its own: which rule a frame meets hangs on both. */
function programOf(rules: number, extra = ''): XdpProgram {
  const lines = Array.from({ length: rules }, (_, at) => `drop udp/${at + 1} from 10.${at >> 8}.${at & 255}.1`);
  const text = `zone uplink = eth0\nmitigate in uplink {\n${[...lines, extra].join('\n')}\n}\ntarget edge { xdp on eth0 }\n`;
  const { targets } = lowerPolicy({ path: 'policy.sluice', text }, inputsWith({}), { planes: [xdp], proof: false });
  return lowerPlan(targets[0]!.planes[0]!.plan).program;
}

/** A frame that has the values of some rule's source, and those of some rule's service. */
function frameAt(program: XdpProgram, source: number, service: number): FramePlaces {
  const rules = { source, service } as Readonly<Record<string, number>>;
  return new Map(
    program.fields.map((table) => {
      const rule = rules[table.field]!;
      const holds = (row: number) => (table.rowBits[row]![rule >> 5]! & (1 << (rule & 31))) !== 0;
      return [table, { side: 0, range: table.ranges[0]!.rows.findIndex(holds) }];
    }),
  );
}

const words = (program: XdpProgram, source: number, service: number) =>
  new Search(program, only('word')).timeOf(frameAt(program, source, service));

test('few rules: each word is read until a rule is in all rows', () => {
  const program = programOf(300);
  expect(program.fields.map(({ field }) => field)).toEqual(['source', 'service']);
  expect(words(program, 0, 0)).toBe(1);
  expect(words(program, 130, 130)).toBe(3);
  expect(words(program, 299, 299)).toBe(5);
  // No rule: all five words.
  expect(words(program, 7, 299)).toBe(5);
});

test('many rules: words without any rule of a row are passed over, by a word for each 64 of them', () => {
  const program = programOf(5000);
  // The first word, its summary, and the word in which the rule is.
  expect(words(program, 1000, 1000)).toBe(3);
  // … behind another summary, one for 4,096 rules.
  expect(words(program, 4200, 4200)).toBe(4);
  expect(words(program, 0, 0)).toBe(2);
  // The rows have no word in common: the first word and both summaries.
  expect(words(program, 100, 4900)).toBe(3);
});

test('what a rule says is paid for where one is met', () => {
  const program = programOf(300);
  const met = (source: number, service: number) =>
    new Search(program, only('met')).timeOf(frameAt(program, source, service));
  expect([met(0, 0), met(299, 299), met(7, 299)]).toEqual([1, 1, 0]);
});

test('what each field adds to a word counts once for each', () => {
  const program = programOf(300);
  const frame = frameAt(program, 130, 130);
  expect(new Search(program, only('wordOfField')).timeOf(frame)).toBe(3 * 2);
});

test('a search halves what is left; a block is found at once, and then searched', () => {
  const few = programOf(100);
  // 201 ranges of sources in a table of 256, and 102 of services, which are neighbours, in one of 128.
  expect(new Search(few, only('halving')).timeOf(frameAt(few, 50, 50))).toBe(8 + 7);
  const many = programOf(300);
  // 601 ranges of sources are in blocks of 65,536 addresses: in the first that has any, 512 begin behind its first address.
  expect(new Search(many, only('blocks')).timeOf(frameAt(many, 50, 50))).toBe(1);
  expect(new Search(many, only('blockHalving')).timeOf(frameAt(many, 50, 50))).toBe(Math.ceil(Math.log2(513)));
});

test('the worst is no better than any frame, and what is expected is between', () => {
  const program = programOf(700, 'drop from 2001:db8::/32\nallow tcp');
  const search = new Search(program);
  const explained = search.explained('rule');
  const [{ steps }] = explained as readonly [RuleSearch];
  for (const { title, expense } of steps) {
    expect(expense!.worst, title).toBeGreaterThanOrEqual(expense!.expected);
  }
  expect(steps.map(({ bytes }) => bytes === undefined)).toEqual([true, ...program.fields.map(() => false), true]);
  expect(withoutTimes(explained)[0]!.steps.map(({ expense }) => expense)).toEqual(steps.map(() => undefined));
  expect(new Search({ rules: [], fields: [] }).explained('rule')).toEqual([]);
});
