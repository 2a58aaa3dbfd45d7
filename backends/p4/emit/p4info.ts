/**
 * What a controller has to know of the program, as P4Runtime's `p4.config.v1.P4Info` in text: the tables, their keys and actions, by
 * the numbers that the program itself says, in the order in which p4c writes it with `--p4runtime-files`.
 */
import { keyName, keyWidth } from '../fields.ts';
import type { FamilyTables, MembershipTable, NicProgram, RuleTable } from '../tree.ts';
import {
  actionOf,
  COMES_IN_BY_ID,
  CONTROL,
  counterId,
  counterOf,
  DROP_ID,
  membershipIds,
  ruleTableId,
  sizeFor,
  UP_ID,
  ZONE_TABLE,
  ZONE_TABLE_ID,
} from './names.ts';

/** The number that p4c gives `NoAction` of core.p4, in every program. */
const NO_ACTION_ID = 0x0144_5b37;

export function p4infoText({ nic, zoneEntries, families }: NicProgram): string {
  const lines = [
    '# proto-file: p4/config/v1/p4info.proto',
    '# proto-message: p4.config.v1.P4Info',
    '',
    ...message('pkg_info', [`arch: "${nic.architecture}"`]),
    ...table({
      id: ZONE_TABLE_ID,
      name: ZONE_TABLE,
      matches: [
        { name: 'port', width: nic.portBits, kind: 'EXACT' },
        { name: 'vlan', width: keyWidth('vlan', 4), kind: 'TERNARY' },
      ],
      actions: [COMES_IN_BY_ID],
      size: sizeFor(zoneEntries),
    }),
    ...families.flatMap((tables) => [
      ...tables.memberships.flatMap((one) => membershipTable(tables, one)),
      ...ruleTable(tables, tables.rules),
    ]),
    ...action(NO_ACTION_ID, 'NoAction', [String.raw`annotations: "@noWarn(\"unused\")"`]),
    ...(families.length > 0 ? [...action(DROP_ID, `${CONTROL}.drop`), ...action(UP_ID, `${CONTROL}.up`)] : []),
    ...action(COMES_IN_BY_ID, `${CONTROL}.comes_in_by`, [], { name: 'zone', width: keyWidth('zone', 4) }),
    ...families.flatMap((tables) =>
      tables.memberships.flatMap((one) => {
        const parameter = { name: 'sets', width: one.sets.length };
        return action(membershipIds(tables, one).action, `${CONTROL}.${actionOf(one)}`, [], parameter);
      }),
    ),
    ...families.flatMap(counter),
    ...message('type_info', []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

interface Match {
  readonly name: string;
  readonly width: number;
  readonly kind: 'EXACT' | 'LPM' | 'TERNARY';
}

interface Table {
  readonly id: number;
  readonly name: string;
  readonly matches: readonly Match[];
  readonly actions: readonly number[];
  /** Taken where no entry matches; `NoAction`, which no entry may name, where it is none of the actions. */
  readonly otherwise?: number;
  readonly counter?: number;
  readonly size: number;
}

function membershipTable(tables: FamilyTables, one: MembershipTable): readonly string[] {
  const { table: id, action: taken } = membershipIds(tables, one);
  const match: Match = { name: keyName(one.field, tables.family), width: one.width, kind: 'LPM' };
  return table({ id, name: one.name, matches: [match], actions: [taken], size: sizeFor(one.entries) });
}

function ruleTable(tables: FamilyTables, { name, keys, entries }: RuleTable): readonly string[] {
  return table({
    id: ruleTableId(tables),
    name,
    matches: keys.map((key): Match => ({ name: key.name, width: key.width, kind: 'TERNARY' })),
    actions: [DROP_ID, UP_ID],
    otherwise: UP_ID,
    counter: counterId(tables),
    size: sizeFor(entries),
  });
}

function table({ id, name, matches, actions, otherwise = NO_ACTION_ID, counter: met, size }: Table): readonly string[] {
  return message('tables', [
    ...preamble(id, `${CONTROL}.${name}`),
    ...matches.flatMap((match, at) =>
      message('match_fields', [
        `id: ${at + 1}`,
        `name: "${match.name}"`,
        `bitwidth: ${match.width}`,
        `match_type: ${match.kind}`,
      ]),
    ),
    ...actions.flatMap((one) => message('action_refs', [`id: ${one}`])),
    ...(actions.includes(otherwise)
      ? []
      : message('action_refs', [`id: ${otherwise}`, 'annotations: "@defaultonly"', 'scope: DEFAULT_ONLY'])),
    `const_default_action_id: ${otherwise}`,
    ...message('initial_default_action', [`action_id: ${otherwise}`]),
    ...(met === undefined ? [] : [`direct_resource_ids: ${met}`]),
    `size: ${size}`,
  ]);
}

function action(
  id: number,
  name: string,
  annotations: readonly string[] = [],
  parameter?: { readonly name: string; readonly width: number },
): readonly string[] {
  return message('actions', [
    ...preamble(id, name, annotations),
    ...(parameter ? message('params', ['id: 1', `name: "${parameter.name}"`, `bitwidth: ${parameter.width}`]) : []),
  ]);
}

function counter(tables: FamilyTables): readonly string[] {
  return message('direct_counters', [
    ...preamble(counterId(tables), `${CONTROL}.${counterOf(tables)}`),
    ...message('spec', ['unit: PACKETS']),
    `direct_table_id: ${ruleTableId(tables)}`,
  ]);
}

/** The short name is the last part of the whole one. */
function preamble(id: number, name: string, annotations: readonly string[] = []): readonly string[] {
  return message('preamble', [`id: ${id}`, `name: "${name}"`, `alias: "${name.split('.').at(-1)!}"`, ...annotations]);
}

function message(name: string, fields: readonly string[]): readonly string[] {
  return [`${name} {`, ...fields.map((field) => `  ${field}`), '}'];
}
