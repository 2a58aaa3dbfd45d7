/** The program's text, as an engineer would have written it for this policy. */
import Handlebars from 'handlebars';
import type { AskedConditions } from './asked.ts';
import type { FieldDefinition } from './fields.ts';
import type { FieldLayout, Sizes, TableLayout } from './layout.ts';
import { limiterValues, tableFamilies } from './limiter-text.ts';
import * as templates from './templates.gen.ts';
import type { Mitigation } from './tree.ts';

type Template = (values: object) => string;

function compileTemplate(text: string): Template {
  return Handlebars.compile(text, { noEscape: true, strict: false });
}

const HEAD = compileTemplate(templates.programHead);
const HEADER = compileTemplate(templates.policyHeader);
const MAPS = compileTemplate(templates.maps);
const ZONES = compileTemplate(templates.zones);
const CONDITIONS = compileTemplate(templates.conditions);
const LIMITS = compileTemplate(templates.limits);
const LIMITER = compileTemplate(templates.limiter);
const WALK = compileTemplate(templates.walk);
const PROGRAM = compileTemplate(templates.program);
const FIELD_RULES = compileTemplate(templates.fieldRules);
const SINGLE_VALUE_MAP = compileTemplate(templates.singleValueMap);
const ADDRESS_FIELD = compileTemplate(templates.addressField);
const TABLES = {
  direct: compileTemplate(templates.directField),
  sorted: compileTemplate(templates.sortedField),
  ipv4: compileTemplate(templates.ipv4Field),
  ipv6: compileTemplate(templates.ipv6Field),
} as const;

/** What the texts are about. */
export interface ProgramParts {
  readonly mitigation: Mitigation;
  readonly sizes: Sizes;
  readonly fields: readonly FieldLayout[];
  readonly asked: AskedConditions;
}

export interface Naming {
  readonly policy: string;
  readonly build: string;
  readonly remarks: readonly string[];
}

/** `policy.h` */
export function headerText(parts: ProgramParts, { policy, build }: Naming): string {
  return HEADER({ ...valuesOf(parts), policy, build, structs: structsOf(parts) });
}

/** `mitigate.bpf.c` */
export function programText(parts: ProgramParts, naming: Naming): string {
  const { mitigation, fields, asked } = parts;
  const values = valuesOf(parts);
  const text = [
    HEAD({
      ...naming,
      target: mitigation.target,
      rules: mitigation.rules.length,
      limiters: mitigation.limiters.length,
    }),
  ];
  if (mitigation.rules.length > 0) {
    text.push(MAPS(values), templates.parser);
    if (hasZones(parts)) text.push(ZONES({ interfaces: mitigation.interfaces.length }));
    text.push(...comparisons(fields), ...fields.flatMap(fieldTexts));
    if (asked.count > 0) text.push(...limitTexts(parts), conditionsText(parts));
    text.push(WALK(values));
  }
  text.push(PROGRAM(values));
  return text.join('');
}

/** Whether rules tell zones apart, so that the program has to. */
export function hasZones({ fields }: ProgramParts): boolean {
  return fields.some(({ table }) => table.field === 'in');
}

function valuesOf(parts: ProgramParts): Readonly<Record<string, unknown>> {
  const { mitigation, sizes, fields, asked } = parts;
  return {
    ...sizes,
    conditions: asked.count,
    counters: mitigation.counters.length,
    skips: mitigation.rules.some(({ action }) => action.kind === 'skip'),
    zones: hasZones(parts),
    fields: fields.map(({ definition }) => ({ name: definition.name })),
  };
}

function comparisons(fields: readonly FieldLayout[]): string[] {
  const kinds = new Set(fields.flatMap(({ parts }) => parts.map(({ kind }) => kind)));
  return [
    ...(kinds.has('sorted') || kinds.has('ipv4') ? [templates.comparison] : []),
    ...(kinds.has('ipv6') ? [templates.comparison128] : []),
  ];
}

function fieldTexts({ definition, table, parts }: FieldLayout): string[] {
  const { name, meaning } = definition;
  const texts = [FIELD_RULES({ name, meaning, rows: table.rowBits.length })];
  for (const part of parts) {
    if (part.kind === 'constant') continue;
    texts.push(SINGLE_VALUE_MAP({ name: part.name }));
    texts.push(TABLES[part.kind]({ ...tableValues(part), ...parameterOf(definition), absentRow: table.absentRow }));
  }
  if (definition.search.kind === 'address') texts.push(ADDRESS_FIELD({ name, ...addressCalls(name, parts) }));
  return texts;
}

/** What a search is told, in C, and the value in it. */
function parameterOf({ name, search, mayLack }: FieldDefinition): object {
  return search.kind === 'address'
    ? { parameter: '__u32 address', value: 'address', mayLack }
    : { parameter: 'const struct packet *packet', value: `packet->${name}`, mayLack };
}

/** Sizes that a table's search has in its text. */
function tableValues(part: TableLayout): object {
  switch (part.kind) {
    case 'direct':
      return { name: part.name, values: part.rows.length };
    case 'ipv4':
      return { name: part.name, steps: part.steps, entries: part.entries.length };
    case 'sorted':
    case 'ipv6':
      return { name: part.name, size: part.size };
    case 'constant':
      return {};
  }
}

function addressCalls(name: string, [ipv4, ipv6]: readonly TableLayout[]): { ipv4: string; ipv6: string } {
  const field = `packet->${name}`;
  return {
    ipv4: ipv4?.kind === 'constant' ? `${ipv4.row}` : `${name}_ipv4_row(${field}[0])`,
    ipv6: ipv6?.kind === 'constant' ? `${ipv6.row}` : `${name}_ipv6_row(${field}[0], ${field}[1])`,
  };
}

/** The tables of buckets, and how each is asked. */
function limitTexts(parts: ProgramParts): string[] {
  const { limiters } = parts.mitigation;
  if (limiters.length === 0) return [];
  let tables = 0;
  const texts = limiters.map((limiter) => {
    const first = tables;
    tables += tableFamilies(limiter).length;
    return LIMITER(limiterValues(limiter, first, hasZones(parts)));
  });
  return [LIMITS({ limiters: tables }), ...texts];
}

function conditionsText({ asked, mitigation }: ProgramParts): string {
  const { kinds, fields } = asked;
  return CONDITIONS({
    fields: fields.length > 0 ? fields : undefined,
    hasPayload: kinds.has('payload'),
    hasMasked: kinds.has('masked'),
    hasSameField: kinds.has('same field'),
    hasSample: kinds.has('sample'),
    limiters: mitigation.limiters.map(({ id }, number) => ({ id, number })),
  });
}

/** The layouts of the tables, as C. */
function structsOf(parts: ProgramParts): string[] {
  const tables = parts.fields.flatMap(({ definition, parts: own }) =>
    own.flatMap((part) => structOf(part, definition.meaning)),
  );
  return hasZones(parts) ? [...tables, ZONES_STRUCT] : tables;
}

/** Numbers of zones, 0 for none. */
const ZONES_STRUCT = `/* The number of the zone that a frame comes in by; 0: none. */
struct zones_of_interface {
	__u8 tagged[4096]; /* by the number of its outermost VLAN */
	__u8 untagged;
};`;

function structOf(part: TableLayout, meaning: string): string[] {
  switch (part.kind) {
    case 'constant':
      return [];
    case 'direct':
      return [`/* The row of each ${meaning}. */\nstruct ${part.name}_table {\n\t__u16 rows[${part.rows.length}];\n};`];
    case 'sorted':
      return [
        `/* Ranges of the ${meaning}: the first value of each, ascending, and its row; the last is repeated. */\n` +
          `struct ${part.name}_table {\n\t${part.type} lows[${part.size}];\n\t__u16 rows[${part.size}];\n};`,
      ];
    case 'ipv4':
      return [
        `/* Ranges of the ${meaning} in IPv4, in blocks by its upper half; see ${part.name}_row. */\n` +
          `struct ${part.name}_table {\n\t__u32 starts[${part.starts.length}];\n\t__u32 entries[${part.entries.length}];\n};`,
      ];
    case 'ipv6':
      return [
        `/* Ranges of the ${meaning} in IPv6: the first of each, ascending, and its row; the last is repeated. */\n` +
          `struct ${part.name}_table {\n\t__u64 high[${part.size}];\n\t__u64 low[${part.size}];\n\t__u16 rows[${part.size}];\n};`,
      ];
  }
}
