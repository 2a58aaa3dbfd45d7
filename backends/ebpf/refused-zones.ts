/** Interfaces by which frames would pass by the program. */
import type { Program } from '../../compiler/4-program/program.ts';
import type { Origin, Zone } from '../../compiler/model/index.ts';
import { MOST_ZONES } from './fields.ts';
import { requestsOf } from './lower/interfaces.ts';
import type { Refusals } from './refusals.ts';

/** Every way into the zones that a block is for must be one that the program runs on. */
export function refuseZones(wanted: readonly Zone[], origin: Origin, program: Program, refusals: Refusals): void {
  const on = new Set(requestsOf(program).flatMap((request) => request.on));
  if (program.zones.length > MOST_ZONES) {
    refusals.add(origin, `XDP tells at most ${MOST_ZONES} zones apart`, 'Join zones, or leave the block to nftables.');
  }
  for (const { name, members } of wanted) {
    for (const member of members) {
      const device = member.interface;
      if (member.ports !== undefined) {
        refusals.add(origin, `XDP does not know the ports of zone \`${name}\``, 'Name the interface of each port.');
      } else if (device === undefined) {
        refusals.add(origin, `zone \`${name}\` has VLANs of no interface`, 'Say whose they are: `eth0 vlan 100-199`.');
      } else if (device.endsWith('*')) {
        refusals.add(origin, `\`${device}\` names no single interface to run on`, 'Name the interfaces one by one.');
      } else if (!on.has(device)) {
        refusals.add(
          origin,
          `\`${device}\` of zone \`${name}\` is no interface that the target runs XDP on`,
          hintFor(device, [...on]),
        );
      }
    }
  }
}

/** A device of a VLAN gets its frames behind XDP; the interface below it sees them with their tags. */
function hintFor(device: string, on: readonly string[]): string {
  const [, parent, vlan] = /^(.+)\.(\d{1,4})$/.exec(device) ?? [];
  if (parent !== undefined && vlan !== undefined && on.includes(parent)) {
    return `Frames of VLAN ${vlan} come in by \`${parent}\`: write \`${parent} vlan ${vlan}\` in the zone.`;
  }
  return `Write \`xdp on ${[...on, device].join(', ')}\`, or take it out of the zone.`;
}
