/**
 * Entries as one batch of P4Runtime in text, for `p4.v1.WriteRequest`. The program says the numbers of tables and actions
 * (`@id`), and p4info.ts repeats them. A higher number goes first there, unlike in the switch's own commands.
 */
import { oneLine } from '../../../compiler/artifacts/one-line.ts';
import type { MaskedValue } from '../../../compiler/net/masked.ts';
import { positionOf } from '../../../grammar/source.ts';
import { portNumbers } from '../targets/index.ts';
import type { FamilyTables, NicProgram } from '../tree.ts';
import { architectureOf } from './architectures.ts';
import {
  COMES_IN_BY_ID,
  GOES_OUT_BY_ID,
  membershipIds,
  OTHER_SIDE_TABLE_ID,
  ruleTableId,
  tablesOf,
  ZONE_TABLE_ID,
} from './names.ts';
import type { Naming } from './program.ts';

/** The highest number of a priority here. */
const FIRST = 2 ** 24;

export function runtimeText(program: NicProgram, { policy, build, remarks }: Naming): string {
  const { families, nic, zoneEntries } = program;
  const head = [
    '# proto-file: p4/v1/p4runtime.proto',
    '# proto-message: p4.v1.WriteRequest',
    '#',
    `# ${oneLine(policy)}: the entries of program.p4.`,
    `# Build ${build}.`,
    ...remarks.map((remark) => `# ${oneLine(remark)}`),
  ];
  const zones = zoneEntries.map(({ port, vlan, zone }, at) =>
    update({
      table: ZONE_TABLE_ID,
      match: [exact(1, portNumbers(nic, port).network), ...ternary(2, vlan)],
      action: COMES_IN_BY_ID,
      parameter: BigInt(zone),
      priority: FIRST - at,
    }),
  );
  const others = tablesOf(families).flatMap((one) => {
    if (one.kind === 'rules') return rulesText(program, one.of);
    const { table, action } = membershipIds(one.of, one.table);
    return one.table.entries.map(({ prefix, length, sets }) =>
      update({
        table,
        ...(one.table.match === 'lpm'
          ? { match: lpm(1, prefix.value, length) }
          : // No two prefixes of one length have a value in common.
            { match: ternary(1, prefix), priority: length + 1 }),
        action,
        parameter: sets,
      }),
    );
  });
  return [...head, ...waysText(program), ...zones, ...others, ''].join('\n');
}

/** Where frames go out, for architectures that have a table for that. */
function waysText({ nic, ports }: NicProgram): readonly string[] {
  if (!architectureOf(nic).sendsByTable) return [];
  return ports.flatMap((_, at) => {
    const { network, host } = portNumbers(nic, at);
    return [
      [network, host],
      [host, network],
    ].map(([from, to]) =>
      update({
        table: OTHER_SIDE_TABLE_ID,
        match: [exact(1, from!)],
        action: GOES_OUT_BY_ID,
        parameter: BigInt(to!),
      }),
    );
  });
}

function rulesText({ nic, split }: NicProgram, tables: FamilyTables): readonly string[] {
  const { entries } = tables.rules;
  const { actions, counts } = architectureOf(nic);
  const ids = actions(tables);
  return entries.map(({ rule, action, values }, at) => {
    const { origin } = rule;
    const { source, start } = origin.span;
    const comment =
      entries[at - 1]?.rule.origin === origin
        ? ''
        : `# ${oneLine(`${source.path}:${positionOf(source, start).line}: ${origin.text}`)}\n`;
    const match = values.flatMap((value, key) => ternary(key + 1, value));
    const parameter = counts === 'rule' ? { parameter: BigInt(split.indexOf(rule)) } : {};
    const taken = { action: ids[action].id, ...parameter };
    return comment + update({ table: ruleTableId(tables), match, ...taken, priority: FIRST - at });
  });
}

interface Entry {
  readonly table: number;
  readonly match: readonly string[];
  readonly action: number;
  readonly parameter?: bigint;
  readonly priority?: number;
}

function update({ table, match, action, parameter, priority }: Entry): string {
  const parameters = parameter === undefined ? '' : ` params { param_id: 1 value: ${bytes(parameter)} }`;
  return [
    'updates {',
    '  type: INSERT',
    '  entity {',
    '    table_entry {',
    `      table_id: ${table}`,
    ...match.map((one) => `      ${one}`),
    `      action { action { action_id: ${action}${parameters} } }`,
    ...(priority === undefined ? [] : [`      priority: ${priority}`]),
    '    }',
    '  }',
    '}',
  ].join('\n');
}

function exact(field: number, value: number): string {
  return `match { field_id: ${field} exact { value: ${bytes(BigInt(value))} } }`;
}

/** What matches everything is left out. */
function ternary(field: number, value: MaskedValue | undefined): readonly string[] {
  if (!value || value.isFull()) return [];
  return [`match { field_id: ${field} ternary { value: ${bytes(value.value)} mask: ${bytes(value.mask)} } }`];
}

function lpm(field: number, value: bigint, length: number): readonly string[] {
  return length === 0 ? [] : [`match { field_id: ${field} lpm { value: ${bytes(value)} prefix_len: ${length} } }`];
}

/** The shortest bytes that hold the number, as a string of protobuf's text. */
function bytes(value: bigint): string {
  const hex = value.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return `"${even.replaceAll(/../g, (byte) => `\\x${byte}`)}"`;
}
