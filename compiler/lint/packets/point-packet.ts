/** Values along axes as a packet: what diagrams ask of variables, and what people are told. */
import { domainOf, TRANSPORT } from '../../6-plan/regions/axes.ts';
import type { Family } from '../../4-program/program.ts';
import type { View } from '../../model/condition.ts';
import type { Zone } from '../../model/policy.ts';
import type { Value } from '../../net/words.ts';
import type { Assignment } from '../../proof/diagrams.ts';
import { FAMILY_LEVEL, type FieldLayout, type LayoutField } from '../../proof/fields.ts';
import type { Point } from './packet-walk.ts';

/**
 * The packet with these values, and 0 or nothing elsewhere; undefined where an axis is of a view of its own, of which other fields
 * know, too, or its zone has no interface.
 */
export function packetAt(
  point: Point,
  family: Family,
  layout: FieldLayout,
  zones: readonly Zone[],
): Assignment | undefined {
  const packet = new Set<number>(family === 6 ? [FAMILY_LEVEL] : []);
  const set = (field: LayoutField, value: Value, width?: number) => {
    const place = layout.placeOf(field);
    if (place.presence !== undefined) packet.add(place.presence);
    setBits(packet, place.first, width ?? place.width, value);
  };
  for (const [axis, value] of point) {
    if (axis === TRANSPORT) {
      const transport = Number(value);
      set('protocol', transport >>> 17);
      if ((transport & 0x1_0000) !== 0) set('destination port/real', transport & 0xffff);
      continue;
    }
    if (axis === 'in' || axis === 'out') {
      const member = firstMember(zones, Number(value));
      if (member === undefined) return undefined;
      set(axis, member);
      continue;
    }
    const [name, view = 'real'] = axis.split('/') as [string, View?];
    if (view !== 'real') return undefined;
    if (name === 'source' || name === 'destination') {
      set(`${name}/real`, value, family === 4 ? 32 : 128);
      continue;
    }
    const field = (name.endsWith(' port') ? axis : name) as LayoutField;
    const domain = domainOf(axis, family);
    const isAbsent = layout.placeOf(field).presence !== undefined && value === domain.highAt(domain.intervalCount - 1);
    if (!isAbsent) set(field, value);
  }
  return packet;
}

/** Zones are numbered from 1 on, and so are, one zone after another, their members; 0 is in none. */
function firstMember(zones: readonly Zone[], number: number): number | undefined {
  if (number === 0) return 0;
  if (zones[number - 1]?.members.length === 0) return undefined;
  let before = 0;
  for (let index = 0; index < number - 1; index++) before += zones[index]!.members.length;
  return before + 1;
}

function setBits(packet: Set<number>, first: number, width: number, value: Value): void {
  let level = first + width - 1;
  if (typeof value === 'bigint') {
    for (let rest = value; rest > 0n; rest >>= 1n, level--) if ((rest & 1n) === 1n) packet.add(level);
  } else {
    for (let rest = value; rest > 0; rest >>>= 1, level--) if ((rest & 1) === 1) packet.add(level);
  }
}
