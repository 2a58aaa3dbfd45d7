/**
 * `hairpin` on a dnat. A flow that such a rule translates carries a label of its connection; if it then leaves by the
 * zone it came in by, it is masqueraded, so that its replies come back. For packets of the inside path the rule holds only
 * where they would turn back: so the new destination is put in, the route asked, and the old destination put back, all
 * before the translation itself.
 */
import type { Family, ProgramItem, ProgramRule, Stage } from '../../../compiler/4-program/program.ts';
import type { AddressTarget, Translation, Zone } from '../../../compiler/model/index.ts';
import { formatIpv4, formatIpv6 } from '../../../compiler/net/address.ts';
import type { NftChain } from '../tree.ts';
import type { Context } from './context.ts';
import { interfaceSet } from './interfaces.ts';
import { translationData } from './row-cells.ts';
import type { RulePlace } from './rules.ts';

/** The highest bit of a connection's labels: others count from the lowest. */
const LABEL = 127;

/** Marks the flow as one that a hairpin rule translated. */
export const LABEL_HAIRPIN = `ct label set ${LABEL}`;

export function isHairpin(translation: Translation): boolean {
  return translation.kind === 'dnat' && translation.hairpin;
}

type LowerRule = (rule: ProgramRule, chain: NftChain, place: RulePlace) => void;

/** A chain for packets that meet all else of a rule on the inside path; its name. */
export function turningChain(rule: ProgramRule, chain: NftChain, place: RulePlace, lowerRule: LowerRule): string {
  const { context } = place;
  const { origin, decision, family } = rule;
  if (decision?.kind !== 'translation' || decision.translation.kind !== 'dnat') throw new Error('no dnat turns back');
  const { translation } = decision;
  const base = `${origin.name.replace(/[^A-Za-z0-9]+/g, '_')}_hairpin_ipv${family}`;
  const owner = `${chain.name} ${base} ${origin.span.start} ${chain.rules.length}`;
  const own = context.chain(base, owner, `${origin.text}: would the packet turn back?`);
  const version = family === 6 ? 'ip6' : 'ip';
  const restore = `${version} daddr set ct original ${version} daddr`;
  const turned = context.chain(`${base}_turned`, `${owner} turned`, `${origin.text}: it would`);
  const push = (to: NftChain, ...statements: string[]) => to.rules.push({ statements, origin, merged: rule.merged });
  const target = family === 6 ? translation.target.v6 : translation.target.v4;
  if (target) push(own, `${version} daddr set ${destinationText(target, version, family, place)}`);
  for (const zone of context.program.zones.filter(({ name }) => !isExcluded(name, rule))) {
    const names = interfaceSet([zone], context, origin);
    push(own, `iifname ${names}`, `fib daddr oifname ${names}`, `goto ${turned.name}`);
  }
  push(own, restore);
  push(turned, restore);
  lowerRule({ ...rule, atoms: [], decision: { kind: 'translation', translation } }, turned, place);
  return own.name;
}

function isExcluded(zone: string, { atoms }: ProgramRule): boolean {
  return atoms.some(
    ({ test, negated }) =>
      negated && test.kind === 'zone' && test.field === 'in' && test.zones.some(({ name }) => name === zone),
  );
}

function destinationText(target: AddressTarget, version: string, family: Family | undefined, place: RulePlace): string {
  const format = (value: bigint) => (family === 6 ? formatIpv6(value) : formatIpv4(Number(value)));
  switch (target.kind) {
    case 'range':
      return format(target.low);
    case 'prefix': {
      const hosts = (1n << BigInt((family === 6 ? 128 : 32) - target.to.length)) - 1n;
      return `${version} daddr & ${format(hosts)} | ${format(target.to.value)}`;
    }
    case 'cell':
      return place.row!.map(translationData(place.row!, target, undefined, family));
  }
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
