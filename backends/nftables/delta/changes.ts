/** What is different between two rule sets, part by part, and what has to be done over because of it. */
import type { ElementChanges } from './element-list.ts';
import type { ChainPart, ObjectPart, RulesetParts, SetPart } from './ruleset-parts.ts';

/** A part that stays, with other elements. */
export interface ChangedSet {
  readonly set: SetPart;
  readonly elements: ElementChanges;
  /** All elements go and those of the later build come, which is faster. */
  readonly isWhole: boolean;
}

/** From so many intervals on, taking some out and putting some in costs nft more than putting all in (measured: 100,000). */
const MANY_INTERVALS = 10_000;

/**
 * nft reads all of a set of intervals before it changes one, and the kernel looks through it for each that goes or comes.
 * So a large one is written as a whole, if its elements hold nothing that would be lost.
 */
function isWrittenWhole({ lines, elements }: SetPart): boolean {
  const isIntervals =
    lines.some((line) => line === 'flags interval') && !lines.some((line) => /^type\w* [^:]* \. /.test(line));
  return isIntervals && !lines.some(isStateful) && elements.count() >= MANY_INTERVALS;
}

/** Whether a line says that each element of a set holds something. */
export function isStateful(line: string): boolean {
  return /^(counter|limit |flags .*dynamic)/.test(line);
}

export interface Changes {
  /** Parts that go. One that cannot be changed in place goes and comes again, and so stands under `added` too. */
  readonly removed: Parts;
  readonly added: Parts;
  /** Sets that stay, some of whose elements go or come. */
  readonly changed: readonly ChangedSet[];
  /** Sets that packets fill, whose elements were made under a limit that is no more. */
  readonly emptied: readonly SetPart[];
  /** Chains that stay and whose rules are written anew; the parts are the later ones. */
  readonly rewritten: readonly ChainPart[];
}

export interface Parts {
  readonly objects: readonly ObjectPart[];
  readonly sets: readonly SetPart[];
  readonly chains: readonly ChainPart[];
}

/** What leads from `former` to `next`. */
export function changesBetween(former: RulesetParts, next: RulesetParts): Changes {
  const objects = split(former.objects, next.objects, (a, b) => sameLines(a.lines, b.lines));
  const sets = split(former.sets, next.sets, (a, b) => a.kind === b.kind && sameLines(a.lines, b.lines));
  const chains = split(former.chains, next.chains, (a, b) => a.hook === b.hook);
  const redone = new Redone(objects.again, sets.again);
  return {
    removed: { objects: objects.removed, sets: sets.removed, chains: chains.removed },
    added: { objects: objects.added, sets: sets.added, chains: chains.added },
    changed: sets.kept.flatMap(([before, after]) => {
      const elements = redone.withElementsOf(after, after.elements.changesFrom(before.elements));
      if (elements.removed.length + elements.added.length === 0) return [];
      return [{ set: after, elements, isWhole: isWrittenWhole(after) }];
    }),
    emptied: emptiedSets(former, next, sets.kept),
    rewritten: chains.kept.flatMap(([before, after]) =>
      sameLines(before.rules, after.rules) && !redone.isIn(after) ? [] : [after],
    ),
  };
}

interface Split<Part> {
  readonly removed: readonly Part[];
  readonly added: readonly Part[];
  /** Names of parts that are in both, but are not the same thing. */
  readonly again: ReadonlySet<string>;
  readonly kept: readonly (readonly [former: Part, next: Part])[];
}

function split<Part extends { readonly name: string }>(
  former: ReadonlyMap<string, Part>,
  next: ReadonlyMap<string, Part>,
  isSame: (former: Part, next: Part) => boolean,
): Split<Part> {
  const removed: Part[] = [];
  const kept: (readonly [Part, Part])[] = [];
  const again = new Set<string>();
  for (const [key, part] of former) {
    const successor = next.get(key);
    if (successor && isSame(part, successor)) {
      kept.push([part, successor]);
      continue;
    }
    removed.push(part);
    if (successor) again.add(part.name);
  }
  const stays = new Set(kept.map(([, part]) => part));
  return { removed, added: [...next.values()].filter((part) => !stays.has(part)), again, kept };
}

function sameLines(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((line, index) => line === right[index]);
}

/** Parts that go and come again under their names: what names them has to let go of them first. */
class Redone {
  readonly #objects: ReadonlySet<string>;
  readonly #sets: ReadonlySet<string>;

  constructor(objects: ReadonlySet<string>, sets: ReadonlySet<string>) {
    this.#objects = objects;
    this.#sets = sets;
  }

  /** Whether a rule of the chain names one of them. */
  isIn({ rules }: ChainPart): boolean {
    if (this.#objects.size + this.#sets.size === 0) return false;
    return rules.some(
      (rule) =>
        names(rule, /@(\w+)/g).some((name) => this.#sets.has(name)) ||
        names(rule, /"([^"]*)"/g).some((name) => this.#objects.has(name)),
    );
  }

  /** A map's elements that lead to one of the objects go and come again, too. */
  withElementsOf(map: SetPart, changes: ElementChanges): ElementChanges {
    if (this.#objects.size === 0 || !isMapToObjects(map)) return changes;
    const leading = map.elements
      .texts()
      .filter((element) => names(element, / : "([^"]*)"$/g).some((name) => this.#objects.has(name)));
    if (leading.length === 0) return changes;
    const fresh = new Set(changes.added);
    return {
      removed: [...new Set([...changes.removed, ...leading.filter((element) => !fresh.has(element))])],
      added: [...new Set([...changes.added, ...leading])],
    };
  }
}

function names(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name]) => name!);
}

function isMapToObjects({ kind, lines }: SetPart): boolean {
  return kind === 'map' && lines.some((line) => /^type(of)? .* : (counter|limit|ct helper|synproxy|quota)$/.test(line));
}

/** A statement by which packets put a key into a set. */
const FILLS = /\b(?:add|update) @(\w+) \{ [^}]* \}/g;

/**
 * An element keeps the limit under which a packet made it, for as long as it is asked for. So where the limit is another,
 * the elements have to go; what a memory holds has none.
 */
function emptiedSets(
  former: RulesetParts,
  next: RulesetParts,
  kept: readonly (readonly [SetPart, SetPart])[],
): readonly SetPart[] {
  const [before, after] = [fillingStatements(former), fillingStatements(next)];
  return kept
    .map(([, set]) => set)
    .filter(({ name }) => before.get(name) !== undefined && before.get(name) !== after.get(name));
}

/** By set: how its elements are limited or counted. */
function fillingStatements({ chains }: RulesetParts): ReadonlyMap<string, string> {
  const found = new Map<string, Set<string>>();
  for (const { rules } of chains.values()) {
    for (const rule of rules) {
      for (const [statement, name] of rule.matchAll(FILLS)) {
        const kept = / (limit|ct count|quota|counter) .*(?= \})/.exec(statement)?.[0];
        if (kept !== undefined) found.set(name!, (found.get(name!) ?? new Set()).add(kept));
      }
    }
  }
  return new Map([...found].map(([name, statements]) => [name, [...statements].toSorted().join('\n')]));
}
