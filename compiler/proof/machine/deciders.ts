/** Who decides about packets of a stage, in place of what is decided. */
import type { Stage } from '../../4-program/program.ts';
import type { Diagram } from '../diagrams.ts';
import type { Gates } from './gates.ts';
import type { Meaning, Meanings } from './meaning.ts';
import type { NamedBy, Spoken } from './spoken.ts';
import { meaningOfStages } from './stage-meaning.ts';
import type { StagePackets } from './stage-packets.ts';

export interface Deciders {
  /** Each packet's; the values are those of `of`. */
  readonly decision: Diagram;
  /** Undefined: nothing decides, and the packet goes on. */
  readonly of: (value: number) => Spoken | undefined;
}

const SAID_BY = 'said by ';

/** `stages` of one kind, as meaningOfStages takes them. Throws NotCompared, OutOfBudget. */
export function decidersOf(
  stages: readonly Stage[],
  meanings: Meanings,
  packets: StagePackets,
  gates: Gates,
): Deciders & { readonly meaning: Meaning } {
  const spoken: Spoken[] = [];
  const numbers = new Map<unknown, number>();
  const namedBy: NamedBy = (one, done) => {
    const what = one.kind === 'rule' ? one.rule.origin : one.kind;
    let number = numbers.get(what);
    if (number === undefined) numbers.set(what, (number = spoken.push(one) - 1));
    return meanings.renamed(done, `${SAID_BY}${number}`);
  };
  const spokenOf = (text: string): Spoken | undefined =>
    text.startsWith(SAID_BY) ? spoken[Number(text.slice(SAID_BY.length))] : undefined;
  const meaning = meaningOfStages(stages, meanings, packets, gates, namedBy);
  return { meaning, decision: meaning.decision, of: (value) => spokenOf(meanings.textOf(value)) };
}
