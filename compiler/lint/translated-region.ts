/** What packets are like behind a destination NAT. */
import { axisTest, TRANSPORT } from '../6-plan/regions/axes.ts';
import type { Region } from '../6-plan/regions/region.ts';
import type { Cell } from '../model/condition.ts';
import type { PortTarget, Translation } from '../model/policy.ts';
import { IntervalSet } from '../net/interval-set.ts';
import { cellAddresses, cellNumbers } from '../proof/bound-rows.ts';
import type { Entries } from './packets/entries.ts';

/**
 * The packets that come out of a translation that an entry does, as far as the filter can tell: from where they came in, to the new
 * address and port. Undefined where the new address hangs on the old one, or on another row.
 */
export function translatedRegion(
  { family, sides }: Region,
  { target }: Extract<Translation, { readonly kind: 'dnat' }>,
  entries: Entries,
  entry: number,
): Region | undefined {
  const address = family === 4 ? target.v4 : target.v6;
  const row = entries.rowAt[entry]!;
  const isOfRow = (cell: Cell) => row >= 0 && cell.row.table === entries.eaches[entries.eachAt[entry]!]!.row.table;
  if (!address || address.kind === 'prefix') return undefined;
  if (address.kind === 'cell' && !isOfRow(address)) return undefined;
  if (target.ports?.kind === 'cell' && !isOfRow(target.ports)) return undefined;
  const width = family === 4 ? 32 : 128;
  const destination =
    address.kind === 'cell'
      ? cellAddresses(address, row, family)
      : IntervalSet.fromIntervals(width, [
          family === 4 ? [Number(address.low), Number(address.high)] : [address.low, address.high],
        ]);
  if (destination.isEmpty()) return undefined;
  const after = new Map([['destination/real', destination]]);
  for (const axis of ['in', 'source/real']) {
    const values = sides.get(axis);
    if (values) after.set(axis, values);
  }
  const transports = sides.get(TRANSPORT);
  const ports = target.ports && portsOf(target.ports, row);
  if (transports) after.set(TRANSPORT, ports ? withPorts(transports, ports) : transports);
  return { family, sides: after };
}

function portsOf(ports: PortTarget, row: number): IntervalSet {
  return ports.kind === 'cell' ? cellNumbers(ports, row, 16) : IntervalSet.range(16, ports.low, ports.high);
}

/** The same protocols with other ports. */
function withPorts(transports: IntervalSet, ports: IntervalSet): IntervalSet {
  const test = { kind: 'number', field: 'destination port', in: ports } as const;
  const all = axisTest({ test, negated: false }, 4, new Map())!.values;
  const protocols = [...transports.numberIntervals()].map(
    ([low, high]) => [(low >>> 17) << 17, ((high >>> 17) << 17) | 0x1_ffff] as const,
  );
  return all.intersect(IntervalSet.fromIntervals(transports.width, protocols));
}
