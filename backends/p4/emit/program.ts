/** The program's text, for the architecture of the NIC. */
import Handlebars from 'handlebars';
import { oneLine } from '../../../compiler/artifacts/one-line.ts';
import type { Family } from '../../../compiler/4-program/program.ts';
import { definitionOf, keyName, keyWidth } from '../fields.ts';
import { sizeFor } from '../table-size.ts';
import { portNumbers } from '../targets/index.ts';
import * as templates from '../templates.gen.ts';
import type { FamilyTables, NicProgram } from '../tree.ts';
import type { FilterId } from '../why-filter-up.ts';
import type { Architecture } from './architecture.ts';
import { architectureOf } from './architectures.ts';
import { isFilterTable } from './filter-actions.ts';
import { keyStepsOf, resetsOf } from './key-steps.ts';
import { keyWidthsOf } from './keys.ts';
import {
  actionOf,
  counterId,
  counterOf,
  directCounterId,
  membershipIds,
  OTHER_SIDE_TABLE_ID,
  ruleTableId,
  ZONE_TABLE_ID,
} from './names.ts';

export interface Naming {
  readonly policy: string;
  readonly build: string;
  readonly remarks: readonly string[];
}

const FAMILIES: readonly Family[] = [4, 6];

/** Behind what begins a comment. */
const COMMENT_WIDTH = 120;

const OPTIONS = { noEscape: true, strict: false } as const;

/** What the texts for all architectures have in common. */
const PARTS = {
  frameHeaders: Handlebars.compile(templates.frameHeaders, OPTIONS),
  frameStates: Handlebars.compile(templates.frameStates, OPTIONS),
  zoneTable: Handlebars.compile(templates.zoneTable, OPTIONS),
  membershipTable: Handlebars.compile(templates.membershipTable, OPTIONS),
  filterTable: Handlebars.compile(templates.filterTable, OPTIONS),
  askTables: Handlebars.compile(templates.askTables, OPTIONS),
};

export function programText(program: NicProgram, naming: Naming): string {
  const { target, ports, zones, zoneEntries, families, nic, split } = program;
  const architecture = architectureOf(nic);
  const { inputPort, startsWithZeros, tellsFrameLength } = architecture;
  const values = {
    ...naming,
    policy: oneLine(naming.policy),
    target,
    nic: nic.name,
    open: (nic.open ?? []).flatMap(commentLines),
    entryFiles: nic.tools === undefined ? 'entries.txtpb' : 'tables/ and entries.txtpb',
    inputPort,
    tellsFrameLength,
    hostPort: nic.ports.host,
    ports: ports.map((name, number) => ({ number, name: oneLine(name), ...portNumbers(nic, number) })),
    zones: zones.map((name, at) => ({ number: at + 1, name: oneLine(name) })),
    zoneTable: { id: hex(ZONE_TABLE_ID), size: sizeFor(zoneEntries) },
    otherSide: { id: hex(OTHER_SIDE_TABLE_ID), size: sizeFor({ length: 2 * ports.length }) },
    counterSize: sizeFor(split),
    keys: keysOf(families),
    keysOf: keyStepsOf(families),
    resets: startsWithZeros ? [] : resetsOf(families),
    families: families.filter((tables) => !isFilterTable(tables)).map((tables) => tableValues(tables, architecture)),
    filters: families.filter(isFilterTable).map((tables) => filterValues(program, tables, architecture)),
    asked: askedOf(families),
  };
  return Handlebars.compile(architecture.template, OPTIONS)(values, { partials: PARTS });
}

/** `- ` before the first, and as long as a person would write them. */
function commentLines(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const joined = lines.length === 0 ? `- ${word}` : `${lines.at(-1)} ${word}`;
    if (lines.length === 0 || joined.length <= COMMENT_WIDTH) lines.splice(-1, 1, joined);
    else lines.push(`  ${word}`);
  }
  return lines;
}

/** The members of the struct of keys, aligned. */
function keysOf(families: readonly FamilyTables[]): object[] {
  const widths = keyWidthsOf(families);
  const longest = Math.max(...[...widths.values()].map((width) => `${width}`.length));
  return [...widths].map(([name, width]) => ({ name, width, pad: ' '.repeat(longest - `${width}`.length) }));
}

/** By family: its tables in the order in which they are asked. */
function askedOf(families: readonly FamilyTables[]): object[] {
  return FAMILIES.flatMap((family) => {
    const own = families.filter((tables) => tables.family === family);
    const tables = own.flatMap(({ memberships, rules }) => [...memberships, rules]).map(({ name }) => name);
    return tables.length > 0 ? [{ family, tables }] : [];
  });
}

/** `finds`: the key by which it tells the rules behind `mitigate` that it forbids a packet. */
function filterValues({ split }: NicProgram, tables: FamilyTables, architecture: Architecture): object {
  const { list, family } = tables;
  const finds = keyName(list as FilterId, family);
  const countsByRule = architecture.counts === 'rule';
  return { ...tableValues(tables, architecture), filter: list, finds, countsByRule, counterSize: sizeFor(split) };
}

function tableValues(tables: FamilyTables, { actions, counts }: Architecture): object {
  const { family, memberships, rules } = tables;
  const { drop, up } = actions(tables);
  return {
    family,
    counter: counterOf(tables),
    counterId: hex(counts === 'entry' ? directCounterId(tables) : counterId(tables)),
    name: rules.name,
    id: hex(ruleTableId(tables)),
    drop: { ...drop, id: hex(drop.id) },
    up: { ...up, id: hex(up.id) },
    size: sizeFor(rules.entries),
    keys: rules.keys,
    memberships: memberships.map((table) => ({
      name: table.name,
      action: actionOf(table),
      id: hex(membershipIds(tables, table).table),
      actionId: hex(membershipIds(tables, table).action),
      match: table.match,
      bits: table.sets.length,
      field: keyName(table.field, family),
      cast: table.width > keyWidth(table.field, family) ? `(bit<${table.width}>)` : '',
      noun: definitionOf(table.field).noun,
      sets: table.sets.map((text, bit) => ({ bit, text: oneLine(text) })),
      size: sizeFor(table.entries),
    })),
  };
}

function hex(id: number): string {
  return `0x${id.toString(16).padStart(8, '0')}`;
}
