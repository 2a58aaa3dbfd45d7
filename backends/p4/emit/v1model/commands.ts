/** Entries as commands of simple_switch_CLI, which knows no comments. A lower number goes first there. */
import { formatIpv4, formatIpv6 } from '../../../../compiler/net/address.ts';
import type { MaskedValue } from '../../../../compiler/net/masked.ts';
import type { Membership } from '../../encode/memberships.ts';
import { portNumbers } from '../../targets/index.ts';
import type { FamilyTables, MembershipTable, NicProgram } from '../../tree.ts';
import { actionOf, CONTROL, tablesOf, ZONE_TABLE } from '../names.ts';
import { ruleActionsOf } from './rule-actions.ts';

/**
 * What empties the tables, those that drop first: without entries all packets go up.
 */
export function clearingText({ families }: NicProgram): string {
  const names = tablesOf(families)
    .map(({ table }) => table.name)
    .toReversed();
  return lines([...names, ZONE_TABLE].map((name) => `table_clear ${CONTROL}.${name}`));
}

/**
 * What empties the tables and fills them. Wherever it stops, nothing is dropped that the whole would not drop: rules come in
 * their order, behind the tables that they ask.
 */
export function entriesText(program: NicProgram): string {
  const { families, nic, zoneEntries } = program;
  const zones = zoneEntries.map(({ port, vlan, zone }, at) =>
    addition(ZONE_TABLE, 'comes_in_by', [`${portNumbers(nic, port).network}`, ternary(vlan)], [`${zone}`], at + 1),
  );
  const others = tablesOf(families).flatMap((one) => {
    if (one.kind === 'rules') return ruleLines(one.of);
    const { table } = one;
    return table.entries.map((entry) =>
      table.match === 'lpm'
        ? addition(table.name, actionOf(table), [prefixText(table, entry)], [hex(entry.sets)])
        : addition(
            table.name,
            actionOf(table),
            [ternary(entry.prefix)],
            [hex(entry.sets)],
            table.width - entry.length + 1,
          ),
    );
  });
  return clearingText(program) + lines([...zones, ...others]);
}

function ruleLines(tables: FamilyTables): readonly string[] {
  const { name, entries } = tables.rules;
  const actions = ruleActionsOf(tables);
  return entries.map(({ action, values }, at) => addition(name, actions[action].name, values.map(ternary), [], at + 1));
}

function addition(
  table: string,
  action: string,
  key: readonly string[],
  parameters: readonly string[],
  priority?: number,
): string {
  const behind = [...parameters, ...(priority === undefined ? [] : [`${priority}`])];
  return `table_add ${CONTROL}.${table} ${CONTROL}.${action} ${key.join(' ')} => ${behind.join(' ')}`;
}

function ternary(value: MaskedValue | undefined): string {
  return value ? `${hex(value.value)}&&&${hex(value.mask)}` : '0x0&&&0x0';
}

function prefixText({ field, width }: MembershipTable, { prefix: { value }, length }: Membership): string {
  const isAddress = field === 'source' || field === 'destination';
  const text = isAddress ? (width === 32 ? formatIpv4(Number(value)) : formatIpv6(value)) : hex(value);
  return `${text}/${length}`;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

function lines(of: readonly string[]): string {
  return of.map((line) => `${line}\n`).join('');
}
