/** The NIC's ports, and by which zones frames come in there. */
import type { Program } from '../../../compiler/4-program/program.ts';
import type { PlaneRequest, ZoneMember } from '../../../compiler/model/index.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import type { MaskedValue } from '../../../compiler/net/masked.ts';
import { toTernary } from '../encode/ternary.ts';
import { keyWidth, valueWidth } from '../fields.ts';
import type { ZoneEntry } from '../tree.ts';

/** What the target says of this plane. */
export function requestsOf({ target }: Program): readonly PlaneRequest[] {
  return (target?.planes ?? []).filter(({ plane }) => plane === 'p4');
}

/** The interfaces of the target's `p4 … on …`: what comes in by port N of the NIC, the host gets by the Nth, counted from 0. */
export function portsOf(program: Program): readonly string[] {
  return [...new Set(requestsOf(program).flatMap(({ on }) => on))];
}

/** Which zone each port's frames come in by; the first entry that matches counts. */
export function zoneEntriesOf(program: Program): ZoneEntry[] {
  return portsOf(program).flatMap((name, port) =>
    program.zones.flatMap(({ members }, index) =>
      members
        .filter((member) => isOfPort(member, name, port))
        .flatMap(({ vlans }): ZoneEntry[] => tagsOf(vlans).map((vlan) => ({ port, vlan, zone: index + 1 }))),
    ),
  );
}

/** `*` at the end of a name stands for any rest. */
function isOfPort({ interface: own, ports }: ZoneMember, name: string, port: number): boolean {
  if (ports !== undefined && !ports.contains(port)) return false;
  if (own === undefined) return ports !== undefined;
  return own.endsWith('*') ? name.startsWith(own.slice(0, -1)) : own === name;
}

/** As keys hold tags; one undefined: any tag and none. */
function tagsOf(vlans: IntervalSet | undefined): readonly (MaskedValue | undefined)[] {
  if (vlans === undefined) return [undefined];
  const tagged = 1 << valueWidth('vlan', 4);
  const intervals = [...vlans.numberIntervals()].map(([low, high]) => [tagged + low, tagged + high] as const);
  return toTernary(IntervalSet.fromIntervals(keyWidth('vlan', 4), intervals));
}
