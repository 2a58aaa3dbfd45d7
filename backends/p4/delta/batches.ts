/**
 * What leads from the entries of one build to those of the next by P4Runtime. A NIC may carry out a batch's updates in any order
 * (P4Runtime 1.3.0, "Write RPC"), so each batch is one whose order makes no difference: however much of it is carried out, nothing is
 * dropped that neither build drops. What goes up to the host is always right.
 */
import type { Family } from '../../../compiler/4-program/program.ts';
import type { Entries, Entry, Verb } from './entries.ts';

export interface Update {
  readonly verb: Verb;
  readonly entry: Entry;
}

export interface Batch {
  /** For people. */
  readonly what: string;
  readonly updates: readonly Update[];
}

/** In their order; none is empty. */
export function batchesBetween(before: Entries, after: Entries): readonly Batch[] {
  const all = updatesBetween(before, after);
  const isForAll = all.some(({ entry }) => entry.of.kind === 'zones');
  const families = ([4, 6] as const).filter(
    (family) => isForAll || all.some(({ entry }) => entry.of.family === family),
  );
  const apart = families.filter((family) => !isForAll && isInOneTable(all, family));
  const together = families.filter((family) => !apart.includes(family));
  return [
    ...apart.flatMap((family) => inOneTable(all.filter(({ entry }) => entry.of.family === family))),
    ...withoutDrops(before, after, all, together),
  ].filter(({ updates }) => updates.length > 0);
}

function updatesBetween(before: Entries, after: Entries): readonly Update[] {
  const come = [...after].flatMap(([key, entry]): Update[] => {
    const was = before.get(key);
    if (!was) return [{ verb: 'INSERT', entry }];
    return was.action === entry.action ? [] : [{ verb: 'MODIFY', entry }];
  });
  const gone = [...before].filter(([key]) => !after.has(key)).map(([, entry]): Update => ({ verb: 'DELETE', entry }));
  return [...come, ...gone];
}

function isInOneTable(all: readonly Update[], family: Family): boolean {
  const tables = all.filter(({ entry }) => entry.of.family === family).map(({ entry }) => entry.of.table);
  return new Set(tables).size <= 1;
}

function inOneTable(updates: readonly Update[]): readonly Batch[] {
  return updates[0]?.entry.of.kind === 'sets' ? ofSets(updates) : ofRules(updates);
}

/**
 * What a packet meets first, of the rules of both builds, is in the one or in the other the first that it meets, as long as all
 * rules for the host are there before rules to drop by come, and until those are gone.
 */
function ofRules(updates: readonly Update[]): readonly Batch[] {
  const some = (isGone: boolean, isDrop: boolean): readonly Update[] =>
    updates.filter(({ verb, entry }) => (verb === 'DELETE') === isGone && entry.isDrop === isDrop);
  return [
    { what: 'Rules for the host come.', updates: some(false, false) },
    { what: 'Rules to drop by come.', updates: some(false, true) },
    { what: 'Rules to drop by go.', updates: some(true, true) },
    { what: 'Rules for the host go.', updates: some(true, false) },
  ];
}

/** Longer prefixes come first and go last, so an address is in the sets of the one build, and then in those of the other. */
function ofSets(updates: readonly Update[]): readonly Batch[] {
  const lengths = [...new Set(updates.map(({ entry }) => entry.length))].toSorted((a, b) => b - a);
  const some = (isGone: boolean) => (length: number) => ({
    what: `Prefixes of ${length} bits ${isGone ? 'go' : 'come, or are in other sets'}.`,
    updates: updates.filter(({ verb, entry }) => (verb === 'DELETE') === isGone && entry.length === length),
  });
  return [...lengths.map(some(false)), ...lengths.toReversed().map(some(true))];
}

/** Where several tables change at once, a packet may meet the one as it was and the other as it will be: meanwhile nothing is dropped. */
function withoutDrops(
  before: Entries,
  after: Entries,
  all: readonly Update[],
  families: readonly Family[],
): readonly Batch[] {
  const isConcerned = ({ of }: Entry) => of.kind === 'zones' || families.includes(of.family!);
  const dropsOf = (entries: Entries, verb: Verb) =>
    [...entries.values()]
      .filter((entry) => entry.isDrop && isConcerned(entry))
      .map((entry): Update => ({ verb, entry }));
  // Where a rule to drop by was, or will be, one for the host is made anew or taken away as such.
  const others = all.flatMap(({ verb, entry }): Update[] => {
    if (entry.isDrop || !isConcerned(entry)) return [];
    const wasDrop = verb === 'MODIFY' && before.get(entry.key.join('\n'))!.isDrop;
    return [{ verb: wasDrop ? 'INSERT' : verb, entry }];
  });
  const replaced = all.filter(({ verb, entry }) => verb === 'MODIFY' && entry.isDrop && isConcerned(entry));
  const upsBefore = replaced.flatMap(({ entry }): Update[] => {
    const was = before.get(entry.key.join('\n'))!;
    return was.isDrop ? [] : [{ verb: 'DELETE', entry: was }];
  });
  return [
    { what: 'Nothing is dropped from here on: the host decides.', updates: dropsOf(before, 'DELETE') },
    { what: 'All else.', updates: [...others, ...upsBefore] },
    { what: 'What is to be dropped is dropped again.', updates: dropsOf(after, 'INSERT') },
  ];
}
