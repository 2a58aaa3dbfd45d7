/** Zones are disjoint. */
import type { Findings } from '../../2-resolve/findings.ts';
import type { Zone, ZoneMember } from '../../model/policy.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { ZONES_OVERLAP } from '../problems.ts';

interface Placed {
  readonly zone: Zone;
  readonly member: ZoneMember;
}

/** Reports members of two zones that an interface could both be. */
export function reportOverlaps(zones: readonly Zone[], findings: Findings): void {
  const placed: Placed[] = zones.flatMap((zone) => zone.members.map((member) => ({ zone, member })));
  for (const [at, second] of placed.entries()) {
    const first = placed
      .slice(0, at)
      .find((other) => other.zone !== second.zone && overlap(other.member, second.member));
    if (!first) continue;
    const what = second.member.interface ?? 'a port';
    const message = `\`${what}\` is in the zones \`${first.zone.name}\` and \`${second.zone.name}\``;
    findings.report(ZONES_OVERLAP, second.member.span, message, {
      labels: [{ span: first.member.span, text: `in \`${first.zone.name}\` it stands here` }],
      hint: 'Leave it in one of them. Rules can name several zones: `in inside, guests`.',
    });
  }
}

/** Whether some frame could come in by both. The untagged frames of an interface and its VLANs are different ones. */
function overlap(a: ZoneMember, b: ZoneMember): boolean {
  const one = asVlan(a);
  const other = asVlan(b);
  return namesMeet(one.interface, other.interface) && setsMeet(one.vlans, other.vlans) && portsMeet(a.ports, b.ports);
}

interface Vlans {
  readonly interface: string | undefined;
  readonly vlans: IntervalSet | undefined;
}

/** `bond1.100` is how Linux mostly calls VLAN 100 of bond1. */
function asVlan(member: ZoneMember): Vlans {
  const parts = member.vlans === undefined ? /^(.+)\.(\d{1,4})$/.exec(member.interface ?? '') : null;
  const [, name, vlan] = parts ?? [];
  if (name === undefined || vlan === undefined || Number(vlan) > 4094) return member;
  return { interface: name, vlans: IntervalSet.of(12, Number(vlan)) };
}

function namesMeet(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const [stemA, stemB] = [a.replace(/\*$/, ''), b.replace(/\*$/, '')];
  if (a.endsWith('*') && stemB.startsWith(stemA)) return true;
  return (b.endsWith('*') && stemA.startsWith(stemB)) || a === b;
}

function setsMeet(a: IntervalSet | undefined, b: IntervalSet | undefined): boolean {
  return a && b ? a.intersects(b) : a === b;
}

function portsMeet(a: IntervalSet | undefined, b: IntervalSet | undefined): boolean {
  return a && b ? a.intersects(b) : true;
}
