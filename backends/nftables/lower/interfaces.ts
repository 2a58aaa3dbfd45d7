/** Zones as interfaces by name: one, a short list in place, or a named set of the zone's own. */
import { isAtArrival } from '../../../compiler/4-program/program.ts';
import type { ZoneTest } from '../../../compiler/model/condition.ts';
import type { Origin, Zone } from '../../../compiler/model/index.ts';
import { quoted } from '../names.ts';
import type { Context } from './context.ts';
import type { Match, Matches, MatchPlace } from './matches.ts';
import { numberValues } from './values.ts';

/** IFNAMSIZ is 16 with the end of the name. */
const LONGEST_NAME = 15;
/** Lists up to this many names stand in the rule itself. */
const LONGEST_LIST = 8;

/** The devices of a zone, as the kernel's hooks see them: VLANs under the names that `ip link` gives them. */
export function interfaceNames(zone: Zone): string[] {
  return zone.members.flatMap((member) => {
    const name = member.interface;
    if (name === undefined) return [];
    if (!member.vlans) return [name];
    return [...member.vlans.values()].map((vlan) => `${name}.${vlan}`);
  });
}

/** The right side of a match of an interface's name: any interface of the zones. */
export function interfaceSet(zones: readonly Zone[], context: Context, origin: Origin): string {
  return setOfBound(
    zones.map((zone) => context.bound(zone)),
    context,
    origin,
  );
}

/** Likewise of zones that are as the target binds them. */
function setOfBound(zones: readonly Zone[], context: Context, origin: Origin): string {
  const names = [...new Set(zones.flatMap((zone) => namesOf(zone, context, origin)))];
  const texts = names.map((name) => quoted(name, LONGEST_NAME));
  if (texts.length <= 1) return texts[0] ?? '';
  if (texts.length <= LONGEST_LIST) return `{ ${texts.join(', ')} }`;
  const title = zones.map(({ name }) => name).join(' ');
  const set = context.set(`interfaces ${texts.join()}`, title.replaceAll(' ', '_'), (name) => ({
    kind: 'set',
    name,
    key: ['ifname'],
    data: [],
    flags: names.some((one) => one.endsWith('*')) ? ['interval'] : [],
    size: undefined,
    timeout: undefined,
    counter: false,
    elements: { count: texts.length, write: (index, out) => out.write(texts[index]!) },
    description: `interfaces of ${title}`,
  }));
  return `@${set}`;
}

function namesOf(zone: Zone, context: Context, origin: Origin): string[] {
  const names = interfaceNames(zone);
  if (zone.members.some((member) => member.ports !== undefined)) {
    context.refuse(origin, `nftables knows no ports of a NIC, as in zone \`${zone.name}\``, 'Name interfaces instead.');
  } else if (names.length === 0) {
    context.refuse(origin, `zone \`${zone.name}\` has no interface`, 'Give it one, in the zone or in the target.');
  }
  const long = names.find((name) => name.length > LONGEST_NAME);
  if (long !== undefined) {
    context.refuse(
      origin,
      `\`${long}\` is no name of an interface: it is longer than ${LONGEST_NAME} characters`,
      'VLANs of an interface are taken to be called NAME.VLAN: give the interface a shorter name.',
    );
  }
  return names;
}

/**
 * The ways in by which a frame comes from these zones at ingress: any of the whole interfaces, or a device with some tags.
 */
export function ingressMatches(zones: readonly Zone[], context: Context, origin: Origin): Match[][] {
  const members = zones.flatMap((zone) => context.bound(zone).members);
  const whole = members.filter(({ vlans }) => vlans === undefined);
  const ways: Match[][] = [];
  if (whole.length > 0) {
    const [first] = zones;
    const names = setOfBound([{ ...first!, members: whole }], context, origin);
    ways.push([{ left: 'iifname', operator: '==', right: names }]);
  }
  for (const { interface: name, vlans } of members) {
    if (name === undefined || vlans === undefined) continue;
    ways.push([
      { left: 'iifname', operator: '==', right: quoted(name, LONGEST_NAME) },
      { left: 'vlan id', operator: '==', right: numberValues(vlans) },
    ]);
  }
  return ways;
}

export function zoneMatch(test: ZoneTest, place: MatchPlace): Matches {
  if (isAtArrival(place.context.stage)) {
    const [matches = [], ...others] = ingressMatches(test.zones, place.context, place.origin);
    return { matches, others, invertible: matches.length === 1 && others.length === 0 };
  }
  const left = test.field === 'in' ? 'iifname' : 'oifname';
  const right = interfaceSet(test.zones, place.context, place.origin);
  return { matches: [{ left, operator: '==', right }], invertible: true };
}
