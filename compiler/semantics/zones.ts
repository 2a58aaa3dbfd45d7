/** Which zone an interface is in. */
import type { Policy, Zone, ZoneMember } from '../model/policy.ts';
import type { Environment, Interface } from './environment.ts';

/** The members that a zone has here: the target's binding goes before the policy's. */
export function membersOf(zone: Zone, environment: Environment): readonly ZoneMember[] {
  return (environment.zones?.get(zone.name) ?? zone).members;
}

/** The zone of an interface; zones are disjoint, so there is at most one. `vlan` is the tag that the frame came with. */
export function zoneOf(
  policy: Policy,
  environment: Environment,
  at: Interface | undefined,
  vlan?: number,
): Zone | undefined {
  if (at === undefined) return undefined;
  return policy.zones.find((zone) => membersOf(zone, environment).some((member) => isMember(member, at, vlan)));
}

function isMember(member: ZoneMember, at: Interface, vlan: number | undefined): boolean {
  if (member.ports !== undefined && (at.port === undefined || !member.ports.contains(at.port))) return false;
  if (member.vlans === undefined) return member.interface === undefined || nameMatches(member.interface, at.name);
  const parent = at.vlanOf?.parent ?? at.name;
  const number = at.vlanOf?.vlan ?? vlan;
  if (number === undefined || !member.vlans.contains(number)) return false;
  return member.interface === undefined || nameMatches(member.interface, parent);
}

/** A `*` at the end stands for any rest. */
function nameMatches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

/** The host's interfaces that are in a zone. */
export function interfacesOf(zone: Zone, environment: Environment): Interface[] {
  return environment.interfaces.filter((at) =>
    membersOf(zone, environment).some((member) => isMember(member, at, undefined)),
  );
}
