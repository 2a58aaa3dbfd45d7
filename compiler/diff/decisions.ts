/** Decisions in a form in which two are equal exactly if they do the same to a packet. */
import { NOTHING, type Diagram, type Operation } from '../proof/diagrams.ts';
import type { Numbering } from '../proof/canonical.ts';
import { leaveText } from '../proof/rule-meaning.ts';
import type { PacketTests } from '../proof/packet-tests.ts';
import { IntervalSet } from '../net/interval-set.ts';

/** A decision as its canonical text has it. */
export interface DecisionWords {
  readonly kind: 'verdict' | 'translation' | 'socket' | 'class';
  readonly verdict?: { readonly kind: string; readonly reason?: string; readonly [more: string]: unknown };
  readonly translation?: {
    readonly kind: string;
    readonly target?: { readonly v4?: unknown; readonly v6?: unknown; readonly ports?: unknown };
    readonly ports?: unknown;
    readonly [more: string]: unknown;
  };
  readonly socket?: string;
  readonly class?: unknown;
}

const TCP = 6;
/** Below: which class; above: of which shaper. Class 0 of a shaper is to go past its queues. */
const CLASSES_OF_SHAPER = 0x10000;

/** Codes of operations must differ from those of outcomes and comparisons. */
const FIRST_CODE = -64;

/**
 * The decisions with nothing where the packet goes on as if there were no rule, the answer of a `reject` without a reason
 * spelled out, and of a translation the target of the packet's own family alone.
 */
export function canonicalDecisions(decision: Diagram, packets: PacketTests, decisions: Numbering): Diagram {
  const { diagrams } = packets;
  const mapped = (set: Diagram, code: number, family: 4 | 6, isTcp: boolean): Diagram => {
    const values = new Map<number, Diagram>();
    const valueOf = (value: number): Diagram => {
      let result = values.get(value);
      if (result === undefined) {
        const text = canonicalDecision(decisions.textOf(value), family, isTcp);
        result = text === undefined ? NOTHING : diagrams.value(decisions.numberOf(text));
        values.set(value, result);
      }
      return result;
    };
    const operation: Operation = {
      code,
      plain: (a) => (a === NOTHING ? NOTHING : diagrams.isValue(a) ? valueOf(diagrams.valueAt(a, NO_PACKET)) : -1),
    };
    return diagrams.when(set, diagrams.combine(operation, diagrams.when(set, decision), NOTHING));
  };
  const tcp = packets.numberIn('protocol', IntervalSet.of(8, TCP));
  const parts = ([4, 6] as const).flatMap((family, at) => {
    const own = packets.family(family);
    return [
      mapped(diagrams.when(own, tcp), FIRST_CODE - 2 * at, family, true),
      mapped(diagrams.unless(tcp, own), FIRST_CODE - 2 * at - 1, family, false),
    ];
  });
  return diagrams.firstOf(parts);
}

const NO_PACKET: ReadonlySet<number> = new Set();

/** Undefined: the packet goes on. */
function canonicalDecision(text: string, family: 4 | 6, isTcp: boolean): string | undefined {
  if (text === leaveText(0)) return undefined;
  const decision = JSON.parse(text) as DecisionWords;
  const { verdict, translation } = decision;
  if (verdict?.kind === 'allow') return undefined;
  if (verdict?.kind === 'reject' && verdict.reason === undefined) {
    return JSON.stringify({ ...decision, verdict: { ...verdict, reason: isTcp ? 'tcp-reset' : 'port-unreachable' } });
  }
  if (typeof decision.class === 'number' && decision.class % CLASSES_OF_SHAPER === 0) return undefined;
  if (!translation?.target) return text;
  const { target } = translation;
  const own = family === 4 ? { to: target.v4 } : { to: target.v6 };
  const { v4: _v4, v6: _v6, ...rest } = target;
  return JSON.stringify({ ...decision, translation: { ...translation, target: { ...own, ...rest } } });
}
