/** Passes of the planner. */
import { mutationsOf } from '../mutation.ts';

export const passes = [
  ...mutationsOf('compiler/6-plan/passes/shadowed-rules.ts', [
    {
      name: 'rules are covered by those behind them',
      original: 'other < number && regions.ends(other)',
      replacement: 'other !== number && regions.ends(other)',
      why: 'a lost order: two rules go, each because of the other',
    },
    {
      name: 'rules are covered by those that let packets go on',
      original: 'other < number && regions.ends(other)',
      replacement: 'other < number',
      why: 'a lost guard: a rule that only counts decides nothing',
    },
    {
      name: 'rules are covered by what may meet a rule',
      original: 'return cover?.isExact ? [cover.region] : [];',
      replacement: 'return cover ? [cover.region] : [];',
      why: 'a lost guard: a clause that no field answers is taken for true',
    },
  ]),
  ...mutationsOf('compiler/6-plan/passes/redundant-rules.ts', [
    {
      name: 'the last list is taken for the last at all its places',
      original: 'if (shared.has(node)) return undefined;',
      replacement: '',
      why: 'a lost guard: a group that is used at the end loses rules that count where it is used before',
    },
    {
      name: "rules that do more than decide are in nobody's way",
      original: 'const agrees = isPlain(this.#rule(other)) && decisionKey',
      replacement: 'const agrees = decisionKey',
      why: 'a lost guard: packets are counted that were not',
    },
    {
      name: 'rules that decide otherwise are passed by',
      original: 'if (!agrees && isReached(met)) return false;',
      replacement: 'if (!agrees && false) return false;',
      why: 'a lost guard: the packet meets another decision before the same',
    },
    {
      name: 'rules that went cover others',
      original: 'this.#isGone[number] = 1;',
      replacement: 'this.#isGone[number] = 0;',
      why: 'two rules go, each because of the other',
    },
    {
      name: 'every list is the last',
      original: 'one === last ? otherwise : undefined',
      replacement: 'otherwise',
      why: 'a lost guard: the default is not what follows',
    },
  ]),
  ...mutationsOf('compiler/6-plan/regions/region.ts', [
    {
      name: 'a difference is cut along one side only',
      original: 'sides.set(axis, own.intersect(values));',
      replacement: 'break;',
      why: 'missing pieces: what differs in further fields is taken for covered',
    },
  ]),
  ...mutationsOf('compiler/6-plan/regions/axes.ts', [
    {
      name: 'what lacks a field is not in its complement',
      original: 'return widened(IntervalSet.full(width)).union(IntervalSet.of(width + 1, absentOf(width)));',
      replacement: 'return widened(IntervalSet.full(width));',
      why: 'a missing value: packets without the field are forgotten',
    },
    {
      name: 'packets of a protocol all have ports',
      original: ').union(withoutPort(protocols.numberIntervals()));',
      replacement: ');',
      why: 'fragments are forgotten',
    },
  ]),
  ...mutationsOf('compiler/6-plan/passes/merge-into-sets.ts', [
    {
      name: 'rules join others whatever stands between',
      original: '|| !isFree(group)) continue;',
      replacement: ') continue;',
      why: 'a lost guard: a rule moves past one that decides otherwise',
    },
    {
      name: 'rules that differ in one field join those that differ in another',
      original: 'if (group.field === undefined || group.field === field) return group;',
      replacement: 'return group;',
      why: 'what the rules ask of the first field is forgotten',
    },
    {
      name: 'of merged rules the last set is lost',
      original: 'const sets = rules.flatMap(({ atoms }) =>',
      replacement: 'const sets = rules.slice(0, -1).flatMap(({ atoms }) =>',
      why: 'a missing element',
    },
  ]),
  ...mutationsOf('compiler/6-plan/overlaps/blockers.ts', [
    {
      name: "rules of the kind that stands lowest are in nobody's way",
      original: '(this.#kindOfLowest[node] === kind ? this.#lowestOfOthers : this.#lowest)[node]!',
      replacement: 'this.#lowestOfOthers[node]!',
      why: 'a rule moves past one that decides otherwise',
    },
    {
      name: "rules at the end stand in nobody's way",
      original: 'if (this.#places[other]! <= place ||',
      replacement: 'if (this.#places[other]! <= place + 1 ||',
      why: 'an off-by-one in a place',
    },
  ]),
  ...mutationsOf('compiler/6-plan/overlaps/sides.ts', [
    {
      name: 'boxes end where the first interval ends',
      original: 'Number(set.highAt(set.intervalCount - 1))',
      replacement: 'Number(set.highAt(0))',
      why: 'rules whose further values meet pass each other',
    },
  ]),
  ...mutationsOf('compiler/6-plan/passes/translation-maps.ts', [
    {
      name: 'of equal keys the last translation stands',
      original: 'return run.flatMap(({ values, address, port }) =>',
      replacement: 'return run.toReversed().flatMap(({ values, address, port }) =>',
      why: 'a swapped order',
    },
    {
      name: 'translations with more clauses join those with fewer',
      original: 'first.rest.length === other.rest.length &&',
      replacement: '',
      why: 'a lost guard: what only the second rule asks for is forgotten',
    },
    {
      name: 'the protocol of a service is its port',
      original: '(value) => Number(value >> 16n)',
      replacement: '(value) => Number(value >> 8n) & 0xff',
      why: 'a wrong field: the upper byte of the port stands for the protocol',
    },
    {
      name: 'translations lose their port',
      original: "ports: first.port === undefined ? undefined : cell('port'),",
      replacement: 'ports: undefined,',
      why: 'the target is the address alone',
    },
  ]),
  ...mutationsOf('compiler/6-plan/passes/guard-lookups.ts', [
    {
      name: 'the guard is that of the first rows',
      original: 'const rules = lookup.classes.flatMap((one) => one.rules);',
      replacement: 'const { rules } = lookup.classes[0]!;',
      why: 'a missing element: what other rows want does not get to them',
    },
    {
      name: 'the guard is what one rule wants',
      original: 'in: IntervalSet.unionOf(sets[0]!.width, sets as IntervalSet[]) };',
      replacement: 'in: sets[0]! };',
      why: 'missing elements: what only other rules want does not get to them',
    },
  ]),
  ...mutationsOf('compiler/6-plan/passes/common-services.ts', [
    {
      name: 'the port stands where the protocol does',
      original: 'protocol * 65_536 + port;',
      replacement: 'port * 65_536 + protocol;',
      why: 'two parts exchanged: no row is ever looked up',
    },
  ]),
  ...mutationsOf('compiler/net/prefixes.ts', [
    {
      name: 'the prefix that rows share is one bit too long',
      original: 'return Math.clz32(difference) + 32 * k',
      replacement: 'return Math.clz32(difference) + 1 + 32 * k',
      why: 'an off-by-one: half of the rows are never looked up',
    },
  ]),
];
