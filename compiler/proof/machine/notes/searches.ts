/**
 * Searches that stand side by side and keep the best candidate so far as a note in bits of the mark, read as what they come
 * to: the list of their candidates, the largest note first. Followed note by note, a mark tells every candidate from every
 * other; as a list, they are told apart only by what becomes of packets, which takes far less of diagrams.
 *
 * That holds where the note of a packet can only grow, so that the largest of all that it meets is left. What is not
 * plainly so (see `NotedSearch`) is no such list, and is followed note by note as all other rules are.
 */
import { ALL, type Diagram } from '../../diagrams.ts';
import { markEvent } from '../events.ts';
import type { MachineRule, Statement, Verdict } from '../form.ts';
import type { Meaning, Meanings } from '../meaning.ts';
import { NotedSearch, type Found } from './search.ts';
import { askedBits, asksNoteOnly, boundOf, letsPass, notesForgottenBy, type Match } from './statements.ts';
import { refuses } from '../outcomes.ts';

type VerdictMap = Extract<Statement, { kind: 'verdict map' }>;

/** What reads the statements that have nothing to do with notes. */
export interface StatementReader {
  /** The packets of the set that a match lets go on; undefined where it does something to packets besides. */
  readonly passing: (match: Match, set: Diagram) => Diagram | undefined;
  /** To which packets of the set a map gives which verdict. */
  readonly mapped: (map: VerdictMap, set: Diagram) => readonly (readonly [Verdict, Diagram])[];
  readonly rules: (rules: readonly MachineRule[]) => Meaning;
  /** The rules of a chain. */
  readonly chain: (name: string) => readonly MachineRule[];
  /** The chains to which these rules lead. */
  readonly ledTo: (rules: readonly MachineRule[]) => readonly string[];
}

/** Rules from the one that forgets all notes on. */
interface NotedRules {
  /** The bits that hold notes. */
  readonly notes: number;
  readonly searches: readonly MachineRule[];
  /** What is done by the note that is left. */
  readonly decisions: readonly MachineRule[];
}

/** What rules mean of which the first forgets all notes; undefined where they are no list of candidates. */
export function meaningOfNoted(
  rules: readonly MachineRule[],
  meanings: Meanings,
  reader: StatementReader,
): Meaning | undefined {
  const noted = notedRules(rules);
  if (!noted) return undefined;
  const { notes, searches, decisions } = noted;
  const found: Found = { candidates: new Map(), atOnce: [] };
  const areRead = searches.every((rule, at) => new NotedSearch(notes, at === 0, meanings, reader, found).read(rule));
  if (!areRead) return undefined;
  const decided = new Decided(notes, decisions, meanings, reader);
  const candidates = [...found.candidates].toSorted(([one], [other]) => other - one);
  return meanings.steps([
    meanings.affects(ALL, 'mark', markEvent(~notes, 0)),
    meanings.sequence([
      ...found.atOnce.map(({ reached, meaning }) => meanings.within(reached, decided.with(0, meaning))),
      ...candidates.map(([note, reached]) => meanings.within(reached, decided.by(note))),
      meanings.returns(ALL),
    ]),
  ]);
}

/** All notes are forgotten; searches; back where nothing was found; what the note says. */
function notedRules([first, ...rest]: readonly MachineRule[]): NotedRules | undefined {
  const notes = first && notesForgottenBy(first);
  if (notes === undefined) return undefined;
  const end = rest.findIndex(({ statements: [match, verdict, ...others] }) => {
    const isBack = verdict?.kind === 'verdict' && verdict.verdict.kind === 'return' && others.length === 0;
    return isBack && boundOf(match!, notes) === 1;
  });
  const decisions = rest.slice(end + 1);
  const behind = decisions.flatMap((rule) => behindNotes(rule, notes));
  if (end < 0 || behind.some((statement) => askedBits(statement) & notes)) return undefined;
  return { notes, searches: rest.slice(0, end), decisions };
}

/** How many statements of a rule ask for the note before all others. */
function asking({ statements }: MachineRule, notes: number): number {
  const end = statements.findIndex((statement) => !asksNoteOnly(statement, notes));
  return end < 0 ? statements.length : end;
}

/** What a rule does for packets whose note it asks for. */
function behindNotes(rule: MachineRule, notes: number): readonly Statement[] {
  return rule.statements.slice(asking(rule, notes));
}

function asksFor(rule: MachineRule, note: number, notes: number): boolean {
  const asked = rule.statements.slice(0, asking(rule, notes));
  return asked.every((statement) => asksNoteOnly(statement, notes) && letsPass(statement, note));
}

/** What becomes of packets by the note that they are left with. */
class Decided {
  readonly #notes: number;
  readonly #rules: readonly MachineRule[];
  readonly #meanings: Meanings;
  readonly #reader: StatementReader;
  /** By which of the rules a note leads to. */
  readonly #known = new Map<string, Meaning>();

  constructor(notes: number, rules: readonly MachineRule[], meanings: Meanings, reader: StatementReader) {
    this.#notes = notes;
    this.#rules = rules;
    this.#meanings = meanings;
    this.#reader = reader;
  }

  by(note: number): Meaning {
    const notes = this.#notes;
    const led = this.#rules.filter((rule) => asksFor(rule, note, notes));
    const key = led.map(({ line }) => line).join(' ');
    let meaning = this.#known.get(key);
    if (!meaning) {
      meaning = this.#reader.rules(led.map((rule) => ({ ...rule, statements: behindNotes(rule, notes) })));
      this.#known.set(key, meaning);
    }
    return this.with(note, meaning);
  }

  /** The meaning for packets that have the note, as if they had been given it before. The mark of a refused one is nobody's. */
  with(note: number, meaning: Meaning): Meaning {
    const meanings = this.#meanings;
    const { decision, effects } = meanings.steps([
      meanings.affects(ALL, 'mark', markEvent(~this.#notes, note)),
      meaning,
    ]);
    const marks = effects.get('mark')!;
    const isForgotten = marks === meanings.valueOf(markEvent(~this.#notes, 0));
    if (!isForgotten && !this.#isRefused(decision)) return { decision, effects };
    return { decision, effects: new Map([...effects].filter(([thing]) => thing !== 'mark')) };
  }

  #isRefused(decision: Diagram): boolean {
    const { diagrams, textOf } = this.#meanings;
    return diagrams.isValue(decision) && refuses(textOf(diagrams.valuesOf(decision)[0]!));
  }
}
