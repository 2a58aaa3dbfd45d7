/** Notes in bits of the mark, statement by statement: which ask for one, which write one. */
import type { MachineRule, MachineSet, Statement } from '../form.ts';

export type Match = Extract<Statement, { kind: 'match' }>;

/** The bits of a packet's mark that a statement asks for. */
export function askedBits(statement: Statement): number {
  const reads = 'key' in statement ? statement.key : [];
  const masks = reads.map((read) => {
    if (read.kind !== 'field' || read.field !== 'mark') return 0;
    return read.mask === undefined ? 0xffffffff : Number(read.mask);
  });
  return masks.reduce((all, mask) => all | mask, 0) >>> 0;
}

/** Whether all that a statement asks for is a note, or part of one. */
export function asksNoteOnly(statement: Statement, notes: number): statement is Match & { set: MachineSet } {
  if (statement.kind !== 'match' || typeof statement.set === 'string' || statement.key.length !== 1) return false;
  const bits = askedBits(statement);
  return bits !== 0 && (bits & ~notes) === 0;
}

/** Whether a match that asks for notes only lets a packet with this one go on. */
export function letsPass(match: Match & { set: MachineSet }, note: number): boolean {
  const asked = (note & askedBits(match)) >>> 0;
  return intervalsOf(match.set).some(([low, high]) => low <= asked && asked <= high) !== match.negated;
}

/** The `n` of a match that lets packets go on whose note is below `n`; undefined for others. */
export function boundOf(statement: Statement, notes: number): number | undefined {
  if (!asksNoteOnly(statement, notes) || askedBits(statement) !== notes || statement.negated) return undefined;
  const [[low, high] = [1, 0], ...others] = intervalsOf(statement.set);
  return low === 0 && others.length === 0 ? high + 1 : undefined;
}

/** The note that a statement writes, leaving all other bits of the mark as they are; undefined for other statements. */
export function writtenNote(statement: Statement, notes: number): number | undefined {
  return notesWrittenBy(statement) === notes && statement.kind === 'set mark' ? statement.value : undefined;
}

/** The bits for notes that a rule forgets, and does nothing else; undefined for other rules. */
export function notesForgottenBy({ statements: [first, ...others] }: MachineRule): number | undefined {
  const isForgetting = others.length === 0 && first?.kind === 'set mark' && first.value === 0;
  return isForgetting ? notesWrittenBy(first) : undefined;
}

/** The bits that a statement writes of a packet's mark, if it leaves some as they are. */
function notesWrittenBy(statement: Statement): number | undefined {
  if (statement.kind !== 'set mark' || statement.of !== 'packet' || statement.from !== 'packet') return undefined;
  const written = ~statement.keep >>> 0;
  return written !== 0 && (statement.value & ~written) === 0 ? written : undefined;
}

function intervalsOf({ key: [column], count }: MachineSet): (readonly [low: number, high: number])[] {
  if (column?.kind !== 'numbers') return [];
  return Array.from({ length: count }, (_, at) => [column.lows[at]!, column.highs[at]!] as const);
}
