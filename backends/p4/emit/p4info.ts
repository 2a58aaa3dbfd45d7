/**
 * What a controller has to know of the program, as P4Runtime's `p4.config.v1.P4Info` in text: the tables, their keys and actions, by
 * the numbers that the program itself says, in the order in which p4c writes it with `--p4runtime-files`.
 */
import { keyName, keyWidth } from '../fields.ts';
import type { NicDescription } from '../targets/index.ts';
import { sizeFor } from '../table-size.ts';
import type { FamilyTables, MembershipTable, NicProgram } from '../tree.ts';
import type { Architecture } from './architecture.ts';
import { architectureOf } from './architectures.ts';
import { filterActionsOf, isFilterTable } from './filter-actions.ts';
import {
  actionOf,
  COMES_IN_BY_ID,
  CONTROL,
  counterId,
  counterOf,
  directCounterId,
  GOES_NOWHERE_ID,
  GOES_OUT_BY_ID,
  membershipIds,
  OTHER_SIDE_TABLE,
  OTHER_SIDE_TABLE_ID,
  ruleTableId,
  ZONE_TABLE,
  ZONE_TABLE_ID,
} from './names.ts';

/** The number that p4c gives `NoAction` of core.p4, in every program. */
const NO_ACTION_ID = 0x0144_5b37;
/** Of a rule's place, as an action is given it. */
const RULE_WIDTH = 32;

export function p4infoText(program: NicProgram): string {
  const { nic, families } = program;
  const architecture = architectureOf(nic);
  const lines = [
    '# proto-file: p4/config/v1/p4info.proto',
    '# proto-message: p4.config.v1.P4Info',
    '',
    ...message('pkg_info', [`arch: "${nic.architecture}"`]),
    ...(architecture.sendsByTable ? otherSideTable(program, architecture) : []),
    ...zoneTable(program, architecture),
    ...families.flatMap((tables) => [
      ...tables.memberships.flatMap((one) => membershipTable(tables, one)),
      ...ruleTable(tables, architecture),
    ]),
    ...actionsText(program, architecture),
    ...inOrderOfCounters(families, architecture).flatMap((tables) => counter(tables, program, architecture)),
    ...message('type_info', typesOf(architecture, nic)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Those by rule stand before all tables where they are of `mitigate`, and else before their own. */
function inOrderOfCounters(families: readonly FamilyTables[], { counts }: Architecture): readonly FamilyTables[] {
  if (counts === 'entry') return families;
  return [...families.filter((tables) => !isFilterTable(tables)), ...families.filter(isFilterTable)];
}

interface Value {
  readonly name: string;
  readonly width: number;
  /** A type of the architecture's own. */
  readonly type?: string | undefined;
}

interface Match extends Value {
  readonly kind: 'EXACT' | 'LPM' | 'TERNARY';
}

interface Table {
  readonly id: number;
  readonly name: string;
  readonly matches: readonly Match[];
  readonly actions: readonly number[];
  /** Taken where no entry matches; `NoAction`, which no entry may name, where it is none of the actions. */
  readonly otherwise?: number;
  readonly counter?: number | undefined;
  readonly size: number;
}

function portOf({ portBits }: NicDescription, { portType }: Architecture): Value {
  return { name: 'port', width: portBits, type: portType };
}

function otherSideTable({ nic, ports }: NicProgram, architecture: Architecture): readonly string[] {
  return table({
    id: OTHER_SIDE_TABLE_ID,
    name: OTHER_SIDE_TABLE,
    matches: [{ ...portOf(nic, architecture), kind: 'EXACT' }],
    actions: [GOES_OUT_BY_ID],
    otherwise: GOES_NOWHERE_ID,
    size: sizeFor({ length: 2 * ports.length }),
  });
}

function zoneTable({ nic, zoneEntries }: NicProgram, architecture: Architecture): readonly string[] {
  return table({
    id: ZONE_TABLE_ID,
    name: ZONE_TABLE,
    matches: [
      { ...portOf(nic, architecture), kind: 'EXACT' },
      { name: 'vlan', width: keyWidth('vlan', 4), kind: 'TERNARY' },
    ],
    actions: [COMES_IN_BY_ID],
    size: sizeFor(zoneEntries),
  });
}

const MATCH_TYPES = { lpm: 'LPM', ternary: 'TERNARY' } as const;

function membershipTable(tables: FamilyTables, one: MembershipTable): readonly string[] {
  const { table: id, action: taken } = membershipIds(tables, one);
  const match: Match = { name: keyName(one.field, tables.family), width: one.width, kind: MATCH_TYPES[one.match] };
  return table({ id, name: one.name, matches: [match], actions: [taken], size: sizeFor(one.entries) });
}

function ruleTable(tables: FamilyTables, { actions, counts }: Architecture): readonly string[] {
  const { name, keys, entries } = tables.rules;
  const { drop, up } = actions(tables);
  const isCountedByEntry = counts === 'entry';
  return table({
    id: ruleTableId(tables),
    name,
    matches: keys.map((key): Match => ({ name: key.name, width: key.width, kind: 'TERNARY' })),
    actions: [drop.id, up.id],
    ...(isCountedByEntry ? { counter: directCounterId(tables) } : {}),
    ...(isCountedByEntry && !isFilterTable(tables) ? { otherwise: up.id } : {}),
    size: sizeFor(entries),
  });
}

function table({ id, name, matches, actions, otherwise = NO_ACTION_ID, counter: met, size }: Table): readonly string[] {
  return message('tables', [
    ...preamble(id, `${CONTROL}.${name}`),
    ...matches.flatMap(({ kind, type, ...match }, at) =>
      message('match_fields', [
        `id: ${at + 1}`,
        `name: "${match.name}"`,
        `bitwidth: ${match.width}`,
        `match_type: ${kind}`,
        ...typeName(type),
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

/** In the order in which the program has them. */
function actionsText({ nic, families }: NicProgram, architecture: Architecture): readonly string[] {
  const rule: Value | undefined = architecture.counts === 'rule' ? { name: 'rule', width: RULE_WIDTH } : undefined;
  const ofRules = families
    .filter((tables) => !isFilterTable(tables))
    .flatMap((tables) => Object.values(architecture.actions(tables)))
    .filter(({ id }, at, all) => all.findIndex((one) => one.id === id) === at);
  return [
    ...action(NO_ACTION_ID, 'NoAction', [String.raw`annotations: "@noWarn(\"unused\")"`]),
    ...ofRules.flatMap(({ id, name }) => action(id, `${CONTROL}.${name}`, [], rule)),
    ...action(COMES_IN_BY_ID, `${CONTROL}.comes_in_by`, [], { name: 'zone', width: keyWidth('zone', 4) }),
    ...(architecture.sendsByTable
      ? [
          ...action(GOES_OUT_BY_ID, `${CONTROL}.goes_out_by`, [], portOf(nic, architecture)),
          ...action(GOES_NOWHERE_ID, `${CONTROL}.goes_nowhere`),
        ]
      : []),
    ...families.flatMap((tables) => [
      ...tables.memberships.flatMap((one) => {
        const parameter = { name: 'sets', width: one.sets.length };
        return action(membershipIds(tables, one).action, `${CONTROL}.${actionOf(one)}`, [], parameter);
      }),
      ...(isFilterTable(tables)
        ? Object.values(filterActionsOf(tables)).flatMap(({ id, name }) => action(id, `${CONTROL}.${name}`, [], rule))
        : []),
    ]),
  ];
}

function action(id: number, name: string, annotations: readonly string[] = [], parameter?: Value): readonly string[] {
  return message('actions', [
    ...preamble(id, name, annotations),
    ...(parameter
      ? message('params', [
          'id: 1',
          `name: "${parameter.name}"`,
          `bitwidth: ${parameter.width}`,
          ...typeName(parameter.type),
        ])
      : []),
  ]);
}

function counter(tables: FamilyTables, { split }: NicProgram, { counts }: Architecture): readonly string[] {
  const [kind, id, ...behind] =
    counts === 'entry'
      ? (['direct_counters', directCounterId(tables), `direct_table_id: ${ruleTableId(tables)}`] as const)
      : (['counters', counterId(tables), `size: ${sizeFor(split)}`] as const);
  return message(kind, [
    ...preamble(id, `${CONTROL}.${counterOf(tables)}`),
    ...message('spec', ['unit: PACKETS']),
    ...behind,
  ]);
}

/** Ports of their own type are numbers of the device's own, which a controller knows by numbers of the same width. */
function typesOf({ name, portType }: Architecture, { portBits }: NicDescription): readonly string[] {
  if (portType === undefined) return [];
  const translated = [`uri: "p4.org/${name}/v1/${portType}"`, `sdn_bitwidth: ${portBits}`];
  return message('new_types', [`key: "${portType}"`, ...message('value', message('translated_type', translated))]);
}

function typeName(type: string | undefined): readonly string[] {
  return type === undefined ? [] : message('type_name', [`name: "${type}"`]);
}

/** The short name is the last part of the whole one. */
function preamble(id: number, name: string, annotations: readonly string[] = []): readonly string[] {
  return message('preamble', [`id: ${id}`, `name: "${name}"`, `alias: "${name.split('.').at(-1)!}"`, ...annotations]);
}

function message(name: string, fields: readonly string[]): readonly string[] {
  return [`${name} {`, ...fields.map((field) => `  ${field}`), '}'];
}
