import { fieldKey, isSetTest, sameAtom, type SetTest } from '../../4-program/atoms.ts';
import type { Atom, ProgramRule } from '../../4-program/program.ts';
import { weightOfAll } from '../../cost/cost.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { deedKey } from '../commute.ts';
import { Blockers } from '../overlaps/blockers.ts';
import { AtomTexts } from '../overlaps/keys.ts';
import { mapRules, type Pass } from './pass.ts';

export const mergeIntoSets: Pass = {
  name: 'merge-into-sets',
  description: `Rules that decide and count the same and differ in the values of one field become one rule with the union of the
values, however far apart they stand. A later rule moves up to an earlier one only past rules with which it commutes (no packet
meets both, or both do the same), so the first rule that decides about a packet decides and counts the same as before. Rules
with other effects, limits or values of a row are left alone: their counts and buckets are their own.`,
  run: (node) => mapRules(node, (rules) => ({ kind: 'rules', rules: merged(rules) })),
};

/** Each round merges rules in one field; what is then alike may merge in another. */
const MOST_ROUNDS = 8;

function merged(rules: readonly ProgramRule[]): readonly ProgramRule[] {
  let list = rules;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const shorter = mergedOnce(list);
    if (shorter.length === list.length) break;
    list = shorter;
  }
  return list;
}

/** Rules that become one, where the first of them stands. */
interface Group {
  readonly place: number;
  readonly rules: ProgramRule[];
  /** The field in which they differ; undefined as long as they do not. */
  field: string | undefined;
}

/** A way in which rules may be alike: in all atoms, or in all but the one of `field`. */
interface Likeness {
  readonly text: string;
  readonly field: string | undefined;
}

function mergedOnce(rules: readonly ProgramRule[]): readonly ProgramRule[] {
  const likenesses = sharedLikenesses(rules);
  if (likenesses.every((list) => list.length === 0)) return rules;
  const blockers = new Blockers(rules);
  const groups: Group[] = [];
  const homes = new Map<string, Group[]>();
  for (const [number, rule] of rules.entries()) {
    const own = likenesses[number]!;
    const isFree = (group: Group) => blockers.mayMove(number, group.place);
    const place = join(rule, own, homes, isFree) ?? number;
    blockers.put(number, place);
    if (place !== number) continue;
    const group: Group = { place, rules: [rule], field: undefined };
    groups.push(group);
    for (const { text } of own) listAt(homes, text).push(group);
  }
  return groups.map(mergedRule);
}

/** Of each rule the likenesses that others have, too: those of most rules first, so that they decide who is merged. */
function sharedLikenesses(rules: readonly ProgramRule[]): Likeness[][] {
  const texts = new AtomTexts();
  const all = rules.map((rule) => likenessesOf(rule, texts));
  const counts = new Map<string, number>();
  for (const list of all) for (const { text } of list) counts.set(text, (counts.get(text) ?? 0) + 1);
  return all.map((list) =>
    list
      .filter(({ text }) => counts.get(text)! > 1)
      .toSorted(
        (a, b) =>
          Number(a.field !== undefined) - Number(b.field !== undefined) || counts.get(b.text)! - counts.get(a.text)!,
      ),
  );
}

function likenessesOf(rule: ProgramRule, texts: AtomTexts): Likeness[] {
  const deed = deedKey(rule);
  if (deed === undefined) return [];
  const head = `${deed} ${rule.family} ${rule.eachPacket}`;
  const atoms = rule.atoms.map((atom) => texts.of(atom));
  const alike = (left: readonly string[]) => [head, ...left.toSorted()].join('\n');
  const but = rule.atoms.flatMap((atom, index): Likeness[] => {
    if (!isMergeable(atom)) return [];
    const field = fieldKey(atom.test);
    return [{ text: `${alike(atoms.toSpliced(index, 1))}\nbut ${field}`, field }];
  });
  return [{ text: alike(atoms), field: undefined }, ...but];
}

function isMergeable(atom: Atom): atom is Atom & { readonly test: SetTest } {
  return !atom.negated && isSetTest(atom);
}

/** The place of the group that the rule has joined; undefined: none. */
function join(
  rule: ProgramRule,
  likenesses: readonly Likeness[],
  homes: ReadonlyMap<string, Group[]>,
  isFree: (group: Group) => boolean,
): number | undefined {
  for (const { text, field } of likenesses) {
    const group = nearest(homes.get(text), field);
    if (!group || !isAlike(group.rules[0]!, rule, field) || !isFree(group)) continue;
    group.rules.push(rule);
    group.field ??= field;
    return group.place;
  }
  return undefined;
}

/** The last of the groups that may take rules which differ in the field; those that no longer may are dropped. */
function nearest(groups: Group[] | undefined, field: string | undefined): Group | undefined {
  if (field === undefined) return groups?.at(-1);
  for (let group = groups?.at(-1); group; group = groups?.at(-1)) {
    if (group.field === undefined || group.field === field) return group;
    groups!.pop();
  }
  return undefined;
}

/** Texts may be the same by chance: whether the atoms are. */
function isAlike(first: ProgramRule, second: ProgramRule, field: string | undefined): boolean {
  const but = ({ atoms }: ProgramRule) =>
    field === undefined ? atoms : atoms.filter((atom) => !isMergeable(atom) || fieldKey(atom.test) !== field);
  const [one, other] = [but(first), but(second)];
  return one.length === other.length && one.every((atom) => other.some((theirs) => sameAtom(atom, theirs)));
}

/** One rule for all of a group. */
function mergedRule({ rules, field }: Group): ProgramRule {
  const [first, ...others] = rules;
  if (others.length === 0) return first!;
  const origins = others.flatMap(({ origin, merged: further = [] }) => [origin, ...further]);
  const united = { ...first!, ...weightOfAll(rules), merged: [...(first!.merged ?? []), ...origins] };
  if (field === undefined) return united;
  const own = first!.atoms.find((atom) => isMergeable(atom) && fieldKey(atom.test) === field) as Atom & {
    test: SetTest;
  };
  const { name: _name, ...test } = own.test;
  const union: Atom = { negated: false, test: { ...test, in: unionIn(field, rules) } as SetTest };
  return { ...united, atoms: first!.atoms.map((atom) => (atom === own ? union : atom)) };
}

/** What the rules together want of a field. */
function unionIn(field: string, rules: readonly ProgramRule[]): IntervalSet {
  const sets = rules.flatMap(({ atoms }) => atoms.filter(isMergeable).filter(({ test }) => fieldKey(test) === field));
  return IntervalSet.unionOf(
    sets[0]!.test.in.width,
    sets.map(({ test }) => test.in),
  );
}

function listAt<Value>(lists: Map<string, Value[]>, key: string): Value[] {
  let list = lists.get(key);
  if (!list) lists.set(key, (list = []));
  return list;
}
