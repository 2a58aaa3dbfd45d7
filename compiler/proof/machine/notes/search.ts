/** One of the searches that keep the best candidate as a note in the mark: its candidates, and which packets meet each. */
import { ALL, NOTHING, type Diagram } from '../../diagrams.ts';
import type { MachineRule, Statement, Verdict } from '../form.ts';
import type { Meaning, Meanings } from '../meaning.ts';
import type { StatementReader } from './searches.ts';
import { askedBits, boundOf, notesForgottenBy, writtenNote } from './statements.ts';
import { refuses } from '../outcomes.ts';

/** What searches find. */
export interface Found {
  /** The packets that meet a candidate, by its note. */
  readonly candidates: Map<number, Diagram>;
  /** What is decided at once, whatever candidates there are. */
  readonly atOnce: { readonly reached: Diagram; readonly meaning: Meaning }[];
}

/** Packets on their way, and the largest note that they may be given: whoever has a larger one may have gone another way. */
interface Way {
  readonly set: Diagram;
  readonly largest: number;
}

/** Why a search is no list of candidates. */
class NoList extends Error {}

/**
 * Reads one search. A note of a packet only grows in it if
 *
 * - a candidate is kept where the note is below its own, or where none can be there yet (in the first search, which ends
 *   with its first candidate);
 * - behind a candidate that was kept on a condition, and where a search is asked on one, all notes are smaller: who goes
 *   another way because of the note at hand, misses only smaller ones;
 * - nothing else depends on notes, no chain is come back from, and nothing but notes is written.
 */
export class NotedSearch {
  readonly #notes: number;
  readonly #isFirst: boolean;
  readonly #meanings: Meanings;
  readonly #reader: StatementReader;
  /** The ways into each chain that were found so far. */
  readonly #ways = new Map<string, Way>();
  readonly #found: Found;

  constructor(notes: number, isFirst: boolean, meanings: Meanings, reader: StatementReader, found: Found) {
    this.#notes = notes;
    this.#isFirst = isFirst;
    this.#meanings = meanings;
    this.#reader = reader;
    this.#found = found;
  }

  /** Adds what the rule finds that asks the search; false where that is no list of candidates. */
  read(rule: MachineRule): boolean {
    try {
      this.#asked(rule);
      for (const name of this.#inOrder()) this.#chain(name);
      return true;
    } catch (error) {
      if (error instanceof NoList) return false;
      throw error;
    }
  }

  /** The rule from which packets come back, whatever it finds. */
  #asked({ statements }: MachineRule): void {
    const { way, rest } = this.#past(statements, { set: ALL, largest: Infinity });
    const [last, ...others] = rest;
    if (others.length > 0) throw new NoList();
    for (const [verdict, set] of this.#verdicts(last, way.set)) {
      if (verdict.kind !== 'jump') throw new NoList();
      this.#enter(verdict.chain, { set, largest: way.largest });
    }
  }

  #chain(name: string): void {
    let open = this.#ways.get(name);
    if (!open) return;
    for (const rule of this.#reader.chain(name)) open = this.#rule(rule, open);
  }

  /** The packets that go on behind a rule. */
  #rule({ statements, line }: MachineRule, way: Way): Way {
    const { way: own, rest } = this.#past(statements, { ...way, largest: Infinity });
    const [first, second, ...others] = rest;
    const note = first && writtenNote(first, this.#notes);
    if (note) {
      const isEnd = second?.kind === 'verdict' && second.verdict.kind === 'return' && others.length === 0;
      if (!isEnd) throw new NoList();
      return this.#candidate(note, own, way);
    }
    if (own.largest !== Infinity) throw new NoList();
    if (first?.kind === 'verdict' || first?.kind === 'verdict map') return this.#lookup(first, own.set, way);
    return this.#atOnce({ statements: rest, line }, own.set, way);
  }

  /** `own.largest`: below which note of a packet its candidate is kept. */
  #candidate(note: number, own: Way, way: Way): Way {
    const isOverwriting = own.largest === Infinity;
    if (note > way.largest || (isOverwriting ? !this.#isFirst : own.largest !== note)) throw new NoList();
    const { candidates } = this.#found;
    candidates.set(note, this.#meanings.diagrams.orElse(candidates.get(note) ?? NOTHING, own.set));
    return isOverwriting ? this.#without(own.set, way) : { ...way, largest: note };
  }

  #lookup(lookup: Statement, set: Diagram, way: Way): Way {
    let left = way;
    for (const [verdict, reached] of this.#verdicts(lookup, set)) {
      if (verdict.kind === 'goto') this.#enter(verdict.chain, { ...way, set: reached });
      else if (verdict.kind !== 'return') this.#atOnce(ruleOf(verdict), reached, way);
      left = this.#without(reached, left);
    }
    return left;
  }

  #atOnce(rule: MachineRule, reached: Diagram, way: Way): Way {
    const meaning = this.#reader.rules([rule]);
    const { diagrams, textOf } = this.#meanings;
    const [decision = NOTHING, ...others] = diagrams.valuesOf(meaning.decision);
    const isDecision = decision !== NOTHING && others.length === 0 && !this.#meanings.isReturn(decision);
    if (way.largest !== Infinity || !isDecision) throw new NoList();
    const isForgetting = notesForgottenBy({ ...rule, statements: rule.statements.slice(0, 1) }) === this.#notes;
    if (!this.#isFirst && !isForgetting && !refuses(textOf(decision))) throw new NoList();
    this.#found.atOnce.push({ reached, meaning });
    return this.#without(reached, way);
  }

  #without(set: Diagram, way: Way): Way {
    return { ...way, set: this.#meanings.diagrams.unless(set, way.set) };
  }

  #verdicts(statement: Statement | undefined, set: Diagram): readonly (readonly [Verdict, Diagram])[] {
    if (statement?.kind === 'verdict') return [[statement.verdict, set]];
    if (statement?.kind !== 'verdict map' || askedBits(statement) & this.#notes) throw new NoList();
    return this.#reader.mapped(statement, set);
  }

  /** The packets that get past the matches at a rule's beginning; where these ask for the note, which is the largest to follow. */
  #past(statements: readonly Statement[], way: Way): { readonly way: Way; readonly rest: readonly Statement[] } {
    let { set, largest } = way;
    const end = statements.findIndex(({ kind }) => kind !== 'match');
    for (const statement of statements.slice(0, end < 0 ? undefined : end)) {
      const bound = boundOf(statement, this.#notes);
      if (bound !== undefined) largest = Math.min(largest, bound);
      else set = this.#passing(statement, set);
    }
    return { way: { set, largest }, rest: end < 0 ? [] : statements.slice(end) };
  }

  #passing(statement: Statement, set: Diagram): Diagram {
    if (statement.kind !== 'match' || askedBits(statement) & this.#notes) throw new NoList();
    const passing = this.#reader.passing(statement, set);
    if (passing === undefined) throw new NoList();
    return passing;
  }

  #enter(chain: string, { set, largest }: Way): void {
    const known = this.#ways.get(chain);
    this.#ways.set(chain, {
      set: this.#meanings.diagrams.orElse(known?.set ?? NOTHING, set),
      largest: Math.min(known?.largest ?? Infinity, largest),
    });
  }

  /** All chains of the search, each behind those that lead to it. */
  #inOrder(): readonly string[] {
    const behind: string[] = [];
    const seen = new Map<string, 'open' | 'done'>();
    const visit = (name: string): void => {
      if (seen.get(name) === 'open') throw new NoList();
      if (seen.has(name)) return;
      seen.set(name, 'open');
      for (const next of this.#reader.ledTo(this.#reader.chain(name))) visit(next);
      seen.set(name, 'done');
      behind.push(name);
    };
    for (const name of this.#ways.keys()) visit(name);
    return behind.toReversed();
  }
}

function ruleOf(verdict: Verdict): MachineRule {
  return { statements: [{ kind: 'verdict', verdict }], line: 0 };
}
