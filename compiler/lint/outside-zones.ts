/** Which zones are the world's side of a policy, as far as the policy says so. */
import type { Zone } from '../model/policy.ts';
import type { LintContext } from './context.ts';
import { everyRule } from '../4-program/every-rule.ts';
import { zonesOf } from './rule-atoms.ts';

/** What people call the way to the world. */
const NAMES = /^(wan|internet|inet|outside|uplinks?|upstream|external|extern|world|isp|transit|peering|public)\d*$/i;

/**
 * The zones that are called so, that a source NAT leads out of, or that `mitigate` is for. Those of which none of this holds
 * are taken to be inside.
 */
export function outsideZones(context: LintContext): readonly Zone[] {
  return context.once(outsideZones, () => {
    const { program } = context;
    const names = new Set<string>();
    for (const { id, zones, items } of program.stages) {
      if (id === 'mitigate') for (const { name } of zones ?? []) names.add(name);
      if (id !== 'source nat') continue;
      for (const rule of everyRule(items)) {
        const isSource = rule.decision?.kind === 'translation';
        if (isSource) for (const name of zonesOf(rule, 'out') ?? []) names.add(name);
      }
    }
    return program.zones.filter(({ name }) => names.has(name) || NAMES.test(name));
  });
}
