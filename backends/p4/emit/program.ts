/** The program's text for the architecture v1model. */
import Handlebars from 'handlebars';
import { oneLine } from '../../../compiler/artifacts/one-line.ts';
import { definitionOf, keyName, keyWidth } from '../fields.ts';
import * as templates from '../templates.gen.ts';
import type { FamilyTables, NicProgram } from '../tree.ts';
import { actionOf, counterId, counterOf, membershipIds, ruleTableId, sizeFor, ZONE_TABLE_ID } from './names.ts';
import { stepsOf } from './steps.ts';

export interface Naming {
  readonly policy: string;
  readonly build: string;
  readonly remarks: readonly string[];
}

const V1MODEL = Handlebars.compile(templates.v1model, { noEscape: true, strict: false });

export function programText(program: NicProgram, naming: Naming): string {
  const { target, ports, zones, zoneEntries, families, nic } = program;
  return V1MODEL({
    ...naming,
    policy: oneLine(naming.policy),
    target,
    hostPort: 2 ** (nic.portBits - 1),
    ports: ports.map((name, number) => ({ number, name: oneLine(name) })),
    zones: zones.map((name, at) => ({ number: at + 1, name: oneLine(name) })),
    zoneTable: { id: hex(ZONE_TABLE_ID), size: sizeFor(zoneEntries) },
    keys: keysOf(families),
    families: families.map(familyValues),
    steps: stepsOf(families),
  });
}

/** The members of the struct of keys, aligned. */
function keysOf(families: readonly FamilyTables[]): object[] {
  const widths = new Map<string, number>([
    ['zone', keyWidth('zone', 4)],
    ['vlan', keyWidth('vlan', 4)],
  ]);
  for (const { family, memberships, rules } of families) {
    for (const { field } of memberships) widths.set(keyName(field, family), keyWidth(field, family));
    for (const { name, width } of rules.keys) widths.set(name, width);
  }
  const longest = Math.max(...[...widths.values()].map((width) => `${width}`.length));
  return [...widths].map(([name, width]) => ({ name, width, pad: ' '.repeat(longest - `${width}`.length) }));
}

function familyValues(tables: FamilyTables): object {
  const { family, memberships, rules } = tables;
  return {
    family,
    name: rules.name,
    id: hex(ruleTableId(tables)),
    counter: counterOf(tables),
    counterId: hex(counterId(tables)),
    size: sizeFor(rules.entries),
    keys: rules.keys,
    memberships: memberships.map((table) => ({
      name: table.name,
      action: actionOf(table),
      id: hex(membershipIds(tables, table).table),
      actionId: hex(membershipIds(tables, table).action),
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
