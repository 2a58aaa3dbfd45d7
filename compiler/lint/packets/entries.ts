/**
 * The rules of a stage as one list, in the order in which a packet is asked: rules for each packet before all others, an `each`
 * row after row, a group's rules where it is used.
 */
import type { ProgramEach, ProgramItem, ProgramRule, Stage } from '../../4-program/program.ts';
import type { Origin } from '../../model/policy.ts';
import { ends } from '../../6-plan/regions/rule-regions.ts';

/** An entry is a number; what it is stands in columns. */
export interface Entries {
  readonly count: number;
  readonly stage: Stage;
  readonly rules: readonly ProgramRule[];
  readonly eaches: readonly ProgramEach[];
  /** Of each entry, its rule in `rules`. */
  readonly ruleAt: Uint32Array;
  /** … its `each` in `eaches`; −1: none. */
  readonly eachAt: Int32Array;
  /** … the row; −1: none. */
  readonly rowAt: Int32Array;
  /** … the last entry that packets which meet it do not come to; −1: they come to all. */
  readonly keepsFrom: Int32Array;
  /** Every `leave`, also those behind limits. */
  readonly leaves: readonly Leave[];
}

/** Packets that meet it may go on behind its scope. */
export interface Leave {
  readonly entry: number;
  /** The last entry of the scope. */
  readonly last: number;
}

/** What may have led packets past a keeper, and on to an entry. */
export function leavesAround({ leaves }: Entries, keeper: number, entry: number): readonly Leave[] {
  if (leaves.length === 0) return leaves;
  return leaves.filter((leave) => leave.entry < keeper && keeper <= leave.last && leave.last < entry);
}

export function ruleOf({ rules, ruleAt }: Entries, entry: number): ProgramRule {
  return rules[ruleAt[entry]!]!;
}

/** Where a rule stands; the same for all that it became. */
export function keyOf({ span }: Origin): string {
  return `${span.source.path}:${span.start}`;
}

export function entriesOf(stage: Stage): Entries {
  const list = new EntryList();
  const items = [...stage.implied, ...stage.items];
  list.add(items, (rule) => rule.eachPacket);
  list.add(items, (rule) => !rule.eachPacket);
  return list.finish(stage);
}

class EntryList {
  readonly #rules: ProgramRule[] = [];
  readonly #numbers = new Map<ProgramRule, number>();
  readonly #eaches: ProgramEach[] = [];
  readonly #ruleAt: number[] = [];
  readonly #eachAt: number[] = [];
  readonly #rowAt: number[] = [];
  readonly #keepsFrom: number[] = [];
  /** Entries that leave the scope at hand, scope by scope. */
  readonly #leaving: number[][] = [];
  readonly #leaves: Leave[] = [];
  #each = -1;
  #row = -1;

  add(items: readonly ProgramItem[], isAsked: (rule: ProgramRule) => boolean): void {
    for (const item of items) {
      switch (item.kind) {
        case 'rule':
          if (isAsked(item)) this.#rule(item);
          break;
        case 'scope':
          this.#scope(item.items, isAsked);
          break;
        case 'each':
          this.#eachRow(item, isAsked);
          break;
      }
    }
  }

  finish(stage: Stage): Entries {
    const count = this.#ruleAt.length;
    return {
      count,
      stage,
      rules: this.#rules,
      eaches: this.#eaches,
      ruleAt: Uint32Array.from(this.#ruleAt),
      eachAt: Int32Array.from(this.#eachAt),
      rowAt: Int32Array.from(this.#rowAt),
      keepsFrom: Int32Array.from(this.#keepsFrom, (last) => Math.min(last, count - 1)),
      leaves: this.#leaves,
    };
  }

  #rule(rule: ProgramRule): void {
    let number = this.#numbers.get(rule);
    if (number === undefined) this.#numbers.set(rule, (number = this.#rules.push(rule) - 1));
    const entry = this.#ruleAt.push(number) - 1;
    this.#eachAt.push(this.#each);
    this.#rowAt.push(this.#row);
    const isLeaving = rule.decision?.kind === 'verdict' && rule.decision.verdict.kind === 'leave';
    this.#keepsFrom.push(!isLeaving && ends(rule) ? Infinity : -1);
    if (isLeaving) this.#leaving.at(-1)?.push(entry);
  }

  #scope(items: readonly ProgramItem[], isAsked: (rule: ProgramRule) => boolean): void {
    this.#leaving.push([]);
    this.add(items, isAsked);
    const last = this.#ruleAt.length - 1;
    for (const entry of this.#leaving.pop() ?? []) {
      this.#leaves.push({ entry, last });
      if (ends(this.#rules[this.#ruleAt[entry]!]!)) this.#keepsFrom[entry] = last;
    }
  }

  #eachRow(each: ProgramEach, isAsked: (rule: ProgramRule) => boolean): void {
    const [outerEach, outerRow] = [this.#each, this.#row];
    this.#each = this.#eaches.push(each) - 1;
    const count = each.rows?.length ?? each.row.table.rowCount;
    for (let index = 0; index < count; index++) {
      this.#row = each.rows?.[index] ?? index;
      this.add(each.items, isAsked);
    }
    [this.#each, this.#row] = [outerEach, outerRow];
  }
}
