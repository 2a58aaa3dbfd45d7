/**
 * Interfaces as two policies know them, numbered so that one number is one interface, or one set of interfaces that both
 * treat alike: `eth0` in one and `eth*` in the other share numbers for what is in both.
 */
import type { Zone, ZoneMember } from '../model/policy.ts';
import { IntervalSet } from '../net/interval-set.ts';
import { INTERFACE_BITS } from '../proof/fields.ts';
import type { ZoneNumbers } from '../proof/packet-tests.ts';

/** Interfaces that no zone of either policy tells apart. */
export interface Cell {
  /** A name, or the beginning of names with `*`; undefined: told by its NIC port alone. */
  readonly interface: string | undefined;
  readonly vlans: IntervalSet | undefined;
  readonly ports: IntervalSet | undefined;
}

export interface Interfaces {
  /** From number 1 on. */
  readonly cells: readonly Cell[];
  readonly old: ZoneNumbers;
  readonly new: ZoneNumbers;
}

export function interfacesOf(old: readonly Zone[], later: readonly Zone[]): Interfaces {
  const cells = splitCells([...old, ...later].flatMap(({ members }) => members));
  const numbersOf = (zones: readonly Zone[]): ZoneNumbers =>
    new Map(
      zones.map(({ name, members }) => {
        const numbers = cells.flatMap((cell, at) => (members.some((one) => covers(one, cell)) ? [at + 1] : []));
        return [
          name,
          IntervalSet.fromIntervals(
            INTERFACE_BITS,
            numbers.map((one) => [one, one] as const),
          ),
        ];
      }),
    );
  return { cells, old: numbersOf(old), new: numbersOf(later) };
}

/** Disjoint cells, each inside or outside of every member. */
function splitCells(members: readonly ZoneMember[]): readonly Cell[] {
  // Exact names first, then longer beginnings before shorter ones: what an earlier name takes, a later one leaves out.
  const names = [...new Set(members.map((member) => member.interface))].toSorted(bySpecificity);
  return names.flatMap((name) => {
    const among = members.filter((member) => name === undefined || isNamed(member.interface, name));
    const vlans = pieces(
      12,
      among.flatMap((member) => member.vlans ?? []),
    );
    const ports = pieces(
      32,
      among.flatMap((member) => member.ports ?? []),
    );
    const whole: readonly (IntervalSet | undefined)[] = [undefined];
    return (vlans.length > 0 ? vlans : whole).flatMap((vlan) =>
      (ports.length > 0 ? ports : whole).map((port): Cell => ({ interface: name, vlans: vlan, ports: port })),
    );
  });
}

function bySpecificity(a: string | undefined, b: string | undefined): number {
  const rank = (name: string | undefined) => (name === undefined ? -1 : name.endsWith('*') ? name.length : 1000);
  return rank(b) - rank(a) || ((a ?? '') < (b ?? '') ? -1 : 1);
}

/** The coarsest disjoint sets of which each given set is a union, and what none of them holds. */
function pieces(width: number, sets: readonly IntervalSet[]): readonly IntervalSet[] {
  if (sets.length === 0) return [];
  return sets.reduce<readonly IntervalSet[]>(
    (parts, set) => parts.flatMap((part) => [part.intersect(set), part.subtract(set)].filter((one) => !one.isEmpty())),
    [IntervalSet.full(sets[0]?.width ?? width)],
  );
}

/** Whether interfaces called `name` (or beginning so) are among those that `pattern` names. */
function isNamed(pattern: string | undefined, name: string): boolean {
  if (pattern === undefined || pattern === name) return true;
  return pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1));
}

function covers(member: ZoneMember, cell: Cell): boolean {
  if (cell.interface === undefined ? member.interface !== undefined : !isNamed(member.interface, cell.interface)) {
    return false;
  }
  return isWithin(cell.vlans, member.vlans) && isWithin(cell.ports, member.ports);
}

function isWithin(part: IntervalSet | undefined, whole: IntervalSet | undefined): boolean {
  return whole === undefined || (part !== undefined && part.isSubsetOf(whole));
}
