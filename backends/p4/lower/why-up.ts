/** Why packets that meet a rule go up to the host, in words for people. */
import type { Atom, ProgramRule } from '../../../compiler/4-program/program.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { askedOf, type Asking } from './tests.ts';

/** Undefined: the rule does nothing but drop, and a NIC can ask all that it asks. */
export function whyUp({ atoms, gates, effects, decision, family }: ProgramRule, asking: Asking): string | undefined {
  const verdict = decision?.kind === 'verdict' ? decision.verdict.kind : decision?.kind;
  const [effect] = effects;
  if (effect) return `a NIC does not ${effectWord(effect.effect.kind)} for the host`;
  if (gates.length > 0) return "its limit or sample is the host's";
  if (verdict === 'allow') return "what is allowed is the host's";
  if (verdict !== 'drop') return `\`${verdict}\` is for the host to carry out`;
  const odd = atoms.find((atom) => asking(atom, family ?? 4, []) === undefined);
  if (odd && askedOf(odd, family ?? 4, []) !== undefined) return '`mangle` may have changed before what it asks for';
  return odd && `a NIC cannot ask ${askedWord(odd)}`;
}

function effectWord(kind: string): string {
  return `carry out \`${kind}\``;
}

function askedWord({ test }: Atom): string {
  switch (test.kind) {
    case 'zone':
      return 'by which zone a packet goes out';
    case 'number':
      return test.in instanceof IntervalSet ? `for the ${test.field}` : 'for cells of a row';
    case 'masked':
      return `for the ${test.field}`;
    case 'address':
      return 'in 128 bits for so many addresses under a mask';
    case 'service cell':
      return 'for cells of a row';
    case 'memory':
      return `for the memory \`${test.memory.name}\``;
    case 'address of zone':
      return 'for addresses that an interface has at the time';
    case 'same field':
      return 'whether two fields are the same';
    case 'payload':
      return 'for the payload';
    case 'until':
    case 'during':
      return 'for the time';
    case 'opaque':
      return 'what is opaque';
  }
}
