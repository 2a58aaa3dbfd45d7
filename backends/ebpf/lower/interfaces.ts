/** Where the program runs, and by which zone frames come in there. */
import type { Program } from '../../../compiler/4-program/program.ts';
import type { PlaneRequest, Zone, ZoneMember } from '../../../compiler/model/index.ts';
import type { XdpInterface } from '../tree.ts';

const VLANS = 4096;

/** What the target says of this plane. */
export function requestsOf({ target }: Program): readonly PlaneRequest[] {
  return (target?.planes ?? []).filter(({ plane }) => plane === 'xdp');
}

/** The interfaces of the target's `xdp on …`, with the zones of the policy by number. */
export function interfacesOf(program: Program): XdpInterface[] {
  const interfaces = new Map<string, XdpInterface>();
  for (const { on, variant } of requestsOf(program)) {
    for (const name of on) {
      if (interfaces.has(name)) continue;
      const untagged = zoneNumber(program.zones, name, undefined);
      const byVlan = Uint8Array.from({ length: VLANS }, (_, vlan) => zoneNumber(program.zones, name, vlan));
      interfaces.set(name, { name, generic: variant === 'generic', untagged, byVlan });
    }
  }
  return [...interfaces.values()];
}

/** The number of the first zone that frames with this tag (undefined: none) come in by, counted from 1; 0: none. */
function zoneNumber(zones: readonly Zone[], name: string, vlan: number | undefined): number {
  return zones.findIndex(({ members }) => members.some((member) => isMember(member, name, vlan))) + 1;
}

function isMember({ interface: own, vlans }: ZoneMember, name: string, vlan: number | undefined): boolean {
  return own === name && (vlans === undefined || (vlan !== undefined && vlans.contains(vlan)));
}

/** The number of the zone that every frame comes in by, however it is tagged; undefined: it differs. */
export function onlyZone(interfaces: readonly XdpInterface[]): number | undefined {
  const numbers = new Set(interfaces.flatMap(({ untagged, byVlan }) => [untagged, ...byVlan]));
  const [first] = numbers;
  return numbers.size === 1 ? first : undefined;
}
