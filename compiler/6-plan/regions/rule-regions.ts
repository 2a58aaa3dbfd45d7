/** The rules of a list as regions, and which of them may share packets. */
import type { Atom, Family, ProgramRule } from '../../4-program/program.ts';
import { hasOpaque, isWrittenByRules, writesFields } from '../commute.ts';
import { BoxTree } from '../overlaps/box-tree.ts';
import { sidesOf } from '../overlaps/sides.ts';
import { axisTest, type ZoneNumbers } from './axes.ts';
import { isCovered } from './cover.ts';
import { intersect, isPossible, subtract, type Region } from './region.ts';

/** A rule's packets of one family. */
export interface RuleRegion {
  /** All packets that may meet the rule are in here. */
  readonly region: Region;
  /** … and all that are in here do. */
  readonly isExact: boolean;
}

/** More rules than this may share packets with one: it stays as it is. */
const MOST_NEIGHBOURS = 512;
/** More pieces than this are left of a rule: it stays. */
const MOST_PIECES = 256;
/** Up to so many neighbours, how much of a rule they cover at most is not looked at beforehand. */
const FEW_NEIGHBOURS = 32;

export class RuleRegions {
  readonly rules: readonly ProgramRule[];
  readonly #tree: BoxTree;
  readonly #zones: ZoneNumbers = new Map();
  readonly #regions = { 4: new Map<number, RuleRegion | undefined>(), 6: new Map<number, RuleRegion | undefined>() };
  /** What a rule says of a mark is about what the rules before left in it. */
  readonly #isWritten: boolean;
  readonly #ends: Uint8Array;

  constructor(rules: readonly ProgramRule[]) {
    this.rules = rules;
    this.#tree = new BoxTree(sidesOf(rules), rules.length);
    this.#isWritten = rules.some(writesFields);
    this.#ends = Uint8Array.from(rules, (rule) => Number(ends(rule)));
  }

  /** A rule's packets of a family; undefined where it has none. */
  of(rule: number, family: Family): RuleRegion | undefined {
    const known = this.#regions[family];
    if (!known.has(rule)) known.set(rule, this.#make(this.rules[rule]!, family));
    return known.get(rule);
  }

  /** Whether a rule before this one has all of its packets by itself, and ends with them. */
  isInOneBefore(rule: number, family: Family): boolean {
    const own = this.of(rule, family);
    const hasAll = (other: number) => {
      if (other >= rule || !this.ends(other) || !this.#tree.encloses(other, rule)) return false;
      const theirs = this.of(other, family);
      return own !== undefined && theirs?.isExact === true && isCovered(own.region, [theirs.region]);
    };
    return this.#tree.some(rule, (node) => this.#tree.mayEnclose(node, rule), hasAll);
  }

  /** Whether no packet that meets the rule meets one behind it in the same list. */
  ends(rule: number): boolean {
    return this.#ends[rule] === 1;
  }

  /** The other rules that may share packets with this one, ascending; undefined where they are too many to look at. */
  neighbours(rule: number): number[] | undefined {
    const found: number[] = [];
    const isTooMany = this.#tree.some(
      rule,
      () => true,
      (other) => {
        if (other !== rule) found.push(other);
        return found.length > MOST_NEIGHBOURS;
      },
    );
    return isTooMany ? undefined : found.toSorted((a, b) => a - b);
  }

  /** Whether others may cover a rule together, going by boxes alone. */
  mayCover(rule: number, others: readonly number[]): boolean {
    if (others.length <= FEW_NEIGHBOURS) return true;
    let covered = 0;
    for (const other of others) {
      covered += this.#tree.partMet(rule, other);
      if (covered > ALMOST_ALL) return true;
    }
    return false;
  }

  #make(rule: ProgramRule, family: Family): RuleRegion | undefined {
    if (rule.family !== undefined && rule.family !== family) return undefined;
    let region: Region | undefined = { family, sides: new Map() };
    let isExact = true;
    for (const atom of rule.atoms) {
      const test = this.#isSteady(atom) ? axisTest(atom, family, this.#zones) : undefined;
      if (!test) isExact = false;
      else region = region && intersect(region, { family, sides: new Map([[test.axis, test.values]]) });
    }
    return region && isPossible(region) ? { region, isExact } : undefined;
  }

  #isSteady({ test }: Atom): boolean {
    return !this.#isWritten || !isWrittenByRules(test);
  }
}

const ALMOST_ALL = 1 - 1e-9;

/** The pieces without the packets of these regions; undefined where too many are left. */
export function without(pieces: readonly Region[], regions: Iterable<Region>): readonly Region[] | undefined {
  let left = pieces;
  for (const region of regions) {
    if (left.length === 0) break;
    left = left.flatMap((piece) => subtract(piece, region)).filter(isPossible);
    if (left.length > MOST_PIECES) return undefined;
  }
  return left;
}

/** The families whose packets a rule may be for. */
export function familiesOf({ family }: ProgramRule): readonly Family[] {
  return family === undefined ? [4, 6] : [family];
}

/** Whether no packet that meets the rule meets one behind it in the same list. */
export function ends(rule: ProgramRule): boolean {
  return rule.decision !== undefined && rule.gates.length === 0 && !hasOpaque(rule);
}
