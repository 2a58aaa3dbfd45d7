/**
 * `hairpin` on a dnat. A flow that such a rule translates carries a label of its connection; if it then leaves by the
 * zone it came in by, it is masqueraded, so that its replies come back.
 */
import type { ProgramItem, ProgramRule, Stage } from '../../../compiler/4-program/program.ts';
import type { Translation, Zone } from '../../../compiler/model/index.ts';
import type { NftChain } from '../tree.ts';
import type { Context } from './context.ts';
import { interfaceSet } from './interfaces.ts';

/** The highest bit of a connection's labels: others count from the lowest. */
const LABEL = 127;

/** Marks the flow as one that a hairpin rule translated. */
export const LABEL_HAIRPIN = `ct label set ${LABEL}`;

export function isHairpin(translation: Translation): boolean {
  return translation.kind === 'dnat' && translation.hairpin;
}

/** The chain that masquerades flows that turned back, where the policy has such rules. */
export function lowerHairpins(context: Context): void {
  const stage = context.program.stages.find(({ id }) => id === 'destination nat');
  const first = stage && hairpinRule(stage.items);
  if (!first) return;
  context.enterStage('source nat');
  const chain = context.chain('hairpin_postrouting', 'hairpin', 'flows that turned back to the zone they came from', {
    type: 'nat',
    hook: 'postrouting',
    priority: 'srcnat - 5',
    devices: [],
    policy: 'accept',
  });
  for (const zone of context.program.zones) chain.rules.push(masquerade(zone, first, context));
}

function masquerade(zone: Zone, first: ProgramRule, context: Context): NftChain['rules'][number] {
  const names = interfaceSet([zone], context, first.origin);
  return {
    statements: [`ct label ${LABEL}`, `iifname ${names}`, `oifname ${names}`, 'masquerade'],
    origin: undefined,
    remark: `hairpin in zone ${zone.name} (${first.origin.name})`,
  };
}

function hairpinRule(items: Stage['items'] | readonly ProgramItem[]): ProgramRule | undefined {
  for (const item of items) {
    if (item.kind !== 'rule') {
      const inside = hairpinRule(item.items);
      if (inside) return inside;
    } else if (item.decision?.kind === 'translation' && isHairpin(item.decision.translation)) {
      return item;
    }
  }
  return undefined;
}
