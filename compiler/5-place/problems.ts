import type { DiagnosticKind } from '../../grammar/diagnostic.ts';

/** What can go wrong when a Program is split over planes: SL0551 and up. */
export const PROBLEMS = {
  nobodyCarries: {
    code: 'SL0551',
    severity: 'error',
    title: 'no plane carries this out yet',
    explanation: `The policy is understood, but this version of Sluice has no plane that carries this part out exactly. A part
of a policy is never left out in silence, so the compile stops. Remove the part, or keep it in a file of its own until
the plane exists.`,
  },
  unknownPlane: {
    code: 'SL0552',
    severity: 'error',
    title: 'a plane that this version does not have',
    explanation: `A target names a plane (\`nftables\`, \`tc on bond0\`, …) that this version of Sluice does not know or does not
have yet. Remove the line from the target; what the plane would have carried out must then be carried out by another.`,
  },
  passedBy: {
    code: 'SL0553',
    severity: 'warning',
    title: 'a plane that leaves a block to another',
    explanation: `A target names its planes in the order in which they are asked. Here the first one that is made for a block cannot
carry it out exactly, so the next one that can has taken it: the policy means the same, but frames get farther into the host before
it speaks. The message says which rule is in the way. Change the rule, or name the planes in another order.`,
  },
} as const satisfies Record<string, DiagnosticKind>;
