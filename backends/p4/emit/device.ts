/** A NIC's tables and the split, for `explain`. */
import type { Device, DeviceTable } from '../../../compiler/plane.ts';
import { keyName, keyWidth } from '../fields.ts';
import { sizeFor } from '../table-size.ts';
import type { FamilyTables, NicProgram } from '../tree.ts';
import { architectureOf } from './architectures.ts';
import { OTHER_SIDE_TABLE, ZONE_TABLE } from './names.ts';

export function deviceOf({ nic, ports, zoneEntries, families, split }: NicProgram): Device {
  const ways = ports.flatMap((port) => [port, port]);
  return {
    name: nic.name,
    tables: [
      ...(architectureOf(nic).sendsByTable
        ? [table(OTHER_SIDE_TABLE, [{ name: 'port', match: 'exact' as const, width: nic.portBits }], ways)]
        : []),
      table(
        ZONE_TABLE,
        [
          { name: 'port', match: 'exact', width: nic.portBits },
          { name: 'vlan', match: 'ternary', width: keyWidth('vlan', 4) },
        ],
        zoneEntries,
      ),
      ...families.flatMap(tablesOf),
    ],
    rules: split.map(({ origin, action, why }) => ({ origin, isDevice: action === 'drop', why })),
  };
}

function tablesOf({ family, memberships, rules }: FamilyTables): readonly DeviceTable[] {
  return [
    ...memberships.map(({ name, field, match, width, entries }) =>
      table(name, [{ name: keyName(field, family), match, width }], entries),
    ),
    table(
      rules.name,
      rules.keys.map(({ name, width }) => ({ name, match: 'ternary', width })),
      rules.entries,
    ),
  ];
}

function table(name: string, keys: DeviceTable['keys'], entries: readonly unknown[]): DeviceTable {
  const bits = entries.length * keys.reduce((sum, { width }) => sum + width, 0);
  return { name, keys, entries: entries.length, room: sizeFor(entries), bits };
}
