/** Bits of the mark that the target reserves, in which rules keep notes while they look for the rule that decides. */
import type { Program } from '../../../4-program/program.ts';
import { NOTHING, type Diagram } from '../../diagrams.ts';
import { markOutside, markSetBy } from '../events.ts';
import type { Meaning, Meanings } from '../meaning.ts';
import { refuses } from '../outcomes.ts';

/** The bits that may hold notes: what the target reserves, without what the policy's own rules set. */
export function bitsForNotes({ target }: Program, wanted: Meaning, { diagrams, textOf }: Meanings): number {
  const events = diagrams.valuesOf(wanted.effects.get('mark') ?? NOTHING).filter((value) => value !== NOTHING);
  // What is no number may be any.
  const set = events.map((event) => ~(markSetBy(textOf(event))?.keep ?? 0));
  return ((target?.markMask ?? 0) & ~set.reduce((all, bits) => all | bits, 0)) >>> 0;
}

/** What rules mean without their notes. Those have to be 0 again where a packet goes on; the mark of a refused one is nobody's. */
export function withoutNotes(meaning: Meaning, notes: number, meanings: Meanings): Meaning {
  const marks = meaning.effects.get('mark');
  if (marks === undefined || notes === 0) return meaning;
  const outside = meanings.mapped(marks, (event) => markOutside(notes, event));
  const left = outside === NOTHING ? NOTHING : meanings.diagrams.unless(refused(meaning, meanings), outside);
  const effects = new Map(meaning.effects);
  if (left === NOTHING) effects.delete('mark');
  else effects.set('mark', left);
  return { decision: meaning.decision, effects };
}

function refused({ decision }: Meaning, { diagrams, textOf }: Meanings): Diagram {
  const refusals = diagrams.valuesOf(decision).filter((value) => refuses(textOf(value)));
  return diagrams.firstOf(refusals.map((value) => diagrams.where(decision, value)));
}
