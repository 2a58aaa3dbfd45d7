/**
 * Entries as the table files that DPDK's pipeline reads, a file a table, and the commands that have it read them. Priority 0 goes
 * first there, and a longest prefix stands as value and mask.
 */
import { oneLine } from '../../../../compiler/artifacts/one-line.ts';
import { MaskedValue } from '../../../../compiler/net/masked.ts';
import { positionOf } from '../../../../grammar/source.ts';
import { keyWidth } from '../../fields.ts';
import { portNumbers } from '../../targets/index.ts';
import type { FamilyTables, MembershipTable, NicProgram } from '../../tree.ts';
import type { EntryFile } from '../tools.ts';
import { actionOf, OTHER_SIDE_TABLE, tablesOf, ZONE_TABLE } from '../names.ts';
import { ruleActionsOf } from './rule-actions.ts';

/** The name that the pipeline has to be built under. */
export const PIPELINE = 'sluice';
/** The folder of the files. */
export const TABLES = 'tables';
/** A line of more bytes is read as two (MAX_LINE_SIZE of DPDK's example is 2,048); no entry is as long. */
const LONGEST_COMMENT = 400;
/** What is wider, the pipeline reads as the digits of all its bytes. */
const WIDEST_NUMBER = 64;

interface TableFile {
  readonly table: string;
  readonly lines: readonly string[];
}

export function tableFiles(program: NicProgram): readonly EntryFile[] {
  const way = otherSideFile(program);
  const files = [
    zoneFile(program),
    ...tablesOf(program.families).map((one) =>
      one.kind === 'memberships' ? membershipFile(one.table) : ruleFile(program, one.of),
    ),
  ];
  return [
    ...[way, ...files].map(({ table, lines: content }) => ({
      path: pathOf(table),
      content: lines(content),
      description: `the entries of ${table}, as DPDK's pipeline reads them`,
    })),
    {
      path: 'entries.cli',
      content: commands('add', [way, ...files]),
      description: 'has the pipeline read all tables, and take them at once',
    },
    {
      path: 'clear.cli',
      content: commands('delete', files.toReversed()),
      description: 'empties the tables at once: all packets go up',
    },
  ];
}

function commands(verb: 'add' | 'delete', files: readonly TableFile[]): string {
  return lines([
    ...files.map(({ table }) => `pipeline ${PIPELINE} table ${table} ${verb} p4/${pathOf(table)}`),
    `pipeline ${PIPELINE} commit`,
  ]);
}

function pathOf(table: string): string {
  return `${TABLES}/${table}.txt`;
}

function otherSideFile({ nic, ports }: NicProgram): TableFile {
  const ways = ports.flatMap((name, at) => {
    const { network, host } = portNumbers(nic, at);
    return [
      comment(name),
      `match ${network} action goes_out_by port ${host}`,
      `match ${host} action goes_out_by port ${network}`,
    ];
  });
  return { table: OTHER_SIDE_TABLE, lines: ways };
}

function zoneFile({ nic, zones, zoneEntries }: NicProgram): TableFile {
  const width = keyWidth('vlan', 4);
  const entries = zoneEntries.flatMap(({ port, vlan, zone }, at) => [
    ...(zoneEntries[at - 1]?.zone === zone ? [] : [comment(zones[zone - 1]!)]),
    `match ${portNumbers(nic, port).network} ${masked(vlan, width)} priority ${at} action comes_in_by zone ${zone}`,
  ]);
  return { table: ZONE_TABLE, lines: entries };
}

function membershipFile(table: MembershipTable): TableFile {
  return {
    table: table.name,
    lines: table.entries.map(
      ({ prefix, length, sets }) =>
        `match ${masked(prefix, table.width)}${table.match === 'lpm' ? '' : ` priority ${table.width - length}`} action ${actionOf(table)} sets ${hex(sets, 64)}`,
    ),
  };
}

function ruleFile({ split }: NicProgram, tables: FamilyTables): TableFile {
  const { name, keys, entries } = tables.rules;
  const actions = ruleActionsOf(tables);
  const all = entries.flatMap(({ rule, action, values }, at) => {
    const { source, start } = rule.origin.span;
    const place = `${source.path}:${positionOf(source, start).line}: ${rule.origin.text}`;
    const match = values.map((value, key) => masked(value, keys[key]!.width)).join(' ');
    const taken = `action ${actions[action].name} rule ${split.indexOf(rule)}`;
    return [...(entries[at - 1]?.rule === rule ? [] : [comment(place)]), `match ${match} priority ${at} ${taken}`];
  });
  return { table: name, lines: all };
}

function masked(value: MaskedValue | undefined, width: number): string {
  const { value: wanted, mask } = value ?? new MaskedValue(width, 0n, 0n);
  return `${hex(wanted, width)}/${hex(mask, width)}`;
}

function hex(value: bigint, width: number): string {
  const digits = value.toString(16);
  return `0x${width > WIDEST_NUMBER ? digits.padStart(width / 4, '0') : digits}`;
}

function comment(text: string): string {
  return `# ${oneLine(text).slice(0, LONGEST_COMMENT)}`;
}

function lines(of: readonly string[]): string {
  return of.map((line) => `${line}\n`).join('');
}
