/** The program's text, as an engineer would have written it for this policy: what is its own in xdp.bpf.c and policy.h. */
import Handlebars from 'handlebars';
import { oneLine } from '../../../compiler/artifacts/one-line.ts';
import type { FieldDefinition } from '../fields.ts';
import { keyWordsOf } from '../lower/bucket-memory.ts';
import * as templates from '../templates.gen.ts';
import type { Action, ListedRule, XdpProgram } from '../tree.ts';
import { KINDS, type ConditionMap } from './conditions.ts';
import type { Sizes } from './rules.ts';
import { tablesIn, typeOf, type FieldLayout, type TableLayout } from './tables.ts';

type Template = (values: object) => string;

const OPTIONS = { noEscape: true, strict: false } as const;

/** What the texts of all programs have in common. */
const PARTS = {
  fieldTables: Handlebars.compile(templates.fieldTables, OPTIONS),
  findRows: Handlebars.compile(templates.findRows, OPTIONS),
  rowsAndTables: Handlebars.compile(templates.rowsAndTables, OPTIONS),
};

const TEMPLATES = {
  policyHeader: compileTemplate(templates.policyHeader),
  xdpProgram: compileTemplate(templates.xdpProgram),
} as const;

export function compileTemplate(text: string): Template {
  const template = Handlebars.compile(text, OPTIONS);
  return (values) => template(values, { partials: PARTS });
}

/** What the texts are about. */
export interface ProgramParts {
  readonly program: XdpProgram;
  readonly sizes: Sizes;
  readonly fields: readonly FieldLayout[];
  readonly conditions: ConditionMap;
}

export interface Naming {
  readonly policy: string;
  readonly build: string;
  readonly remarks: readonly string[];
}

/** `policy.h` */
export function headerText(parts: ProgramParts, naming: Naming): string {
  const { program, sizes, fields, conditions } = parts;
  const { services, backends, memories, entries } = program.balancing;
  return TEMPLATES.policyHeader({
    ...naming,
    policy: commentText(naming.policy),
    ...sizes,
    skips: Number(program.rules.some(({ action }) => action.kind === 'skip')),
    firstDecides: Number(program.rules.every(decidesAlone)),
    counters: program.counters.length,
    conditions: conditions.count,
    kinds: KINDS.map((kind) => ({
      name: kind.toUpperCase().replace(' ', '_'),
      isUsed: Number(conditions.kinds.has(kind)),
    })),
    bucketTables: program.bucketTables.length,
    keyWords: keyWordsOf(program.bucketTables),
    interfaces: hasZones(parts) || services.length > 0 ? program.interfaces.length : 0,
    services: services.length,
    backends: Math.max(1, backends.length),
    flowTables: memories.length,
    asksSockets: Number(services.some(({ localFirst }) => localFirst)),
    entries,
    filters: filtersOf(program).length,
    filterInput: program.filters.input ?? -1,
    filterForward: program.filters.forward ?? -1,
    fields: fields.map(tableValues),
  });
}

const MEMORY_KINDS = ['memory', 'remember', 'forget'] as const;

const DECISIONS: ReadonlySet<Action['kind']> = new Set(['pass', 'drop', 'balance']);

/** Whether a packet that meets the rule's tables meets no other rule. */
function decidesAlone({ conditions, action }: ListedRule): boolean {
  return conditions.length === 0 && DECISIONS.has(action.kind);
}

/** The tables of a field, for the header. */
export function tableValues(field: FieldLayout): object {
  return {
    name: field.definition.map,
    tables: tablesIn(field).map(({ name, family, columns }) => ({
      name,
      meaning: titleOf(field.definition),
      family,
      columns: columns.map((column) => ({
        type: typeOf(column),
        name: column.name,
        length: column.values.length,
      })),
    })),
  };
}

/** `xdp.bpf.c` */
export function programText(parts: ProgramParts, naming: Naming): string {
  const { program, fields, conditions } = parts;
  const { target, rules, balancing } = program;
  return TEMPLATES.xdpProgram({
    ...naming,
    policy: commentText(naming.policy),
    target,
    rules: rules.length,
    conditions: conditions.count,
    zones: hasZones(parts),
    services: balancing.services.length,
    filters: filtersOf(program).length,
    asksRoutes: balancing.services.length + filtersOf(program).length > 0,
    blocks: blocksText(program),
    fields: fields.map(fieldValues),
    hasLimits: conditions.kinds.has('limit'),
    hasMemories: MEMORY_KINDS.some((kind) => conditions.kinds.has(kind)),
    fieldsRead: conditions.fields.map(({ definition, family }) => ({
      meaning: family === undefined ? definition.noun : `${definition.noun} of IPv${family}`,
      read: readingOf(definition, family),
    })),
  });
}

/** How a condition reads a field, in C. */
function readingOf({ name, search }: FieldDefinition, family: 4 | 6 | undefined): string {
  if (search === 'wide') return `read_${name}(packet, value)`;
  if (search !== 'address') return `read_number(packet->${name}, value)`;
  const read = `read_address(packet, packet->${name}, value)`;
  return family === undefined ? read : `packet->family == ${family} && ${read}`;
}

/** A text that stands in a line of a comment. */
export function commentText(text: string): string {
  return oneLine(text).replaceAll('*/', '* /');
}

/** Whether rules tell zones apart, so that the program has to. */
export function hasZones({ fields }: ProgramParts): boolean {
  return fields.some(({ table }) => table.field === 'in');
}

/** The ways whose filter it is. */
export function filtersOf({ filters }: XdpProgram): ('input' | 'forward')[] {
  return (['input', 'forward'] as const).filter((way) => filters[way] !== undefined);
}

/** What it carries out. */
function blocksText(program: XdpProgram): string {
  const { rules, balancing, filters } = program;
  const firstFiltering = rules.findIndex(({ action }) => action.kind === 'filter');
  const before = firstFiltering < 0 ? rules : rules.slice(0, firstFiltering);
  const blocks = [
    ...(balancing.services.length > 0 ? ['balance'] : []),
    ...(filters.input === undefined ? [] : ['filter input']),
    ...(filters.forward === undefined ? [] : ['filter forward']),
  ];
  if (blocks.length === 0 || before.some(({ action }) => action.kind !== 'balance')) blocks.unshift('mitigate');
  const last = blocks.at(-1)!;
  return blocks.length === 1 ? last : `${blocks.slice(0, -1).join(', ')} and ${last}`;
}

function titleOf({ noun, values }: FieldDefinition): string {
  return values === undefined ? noun : `${noun}: ${values}`;
}

/** How the row of a field is found, for the program. */
export function fieldValues(field: FieldLayout): object {
  const { definition, table } = field;
  return {
    name: definition.map,
    title: titleOf(definition),
    rows: table.rowBits.length,
    tables: tablesIn(field).map((one) => ({
      name: one.name,
      absentRow: table.absentRow,
      isDirect: one.kind === 'direct',
      isRanges: one.kind === 'ranges',
      isWide: one.kind === 'wide',
      isBlocks: one.kind === 'blocks',
      ...parameterOf(definition, one),
    })),
    families: definition.search === 'address' ? rowsByFamily(field) : undefined,
  };
}

/** What the function of a table is told, in C, and the value in it. */
function parameterOf({ name, search }: FieldDefinition, { kind }: TableLayout): object {
  if (search !== 'address') {
    const value = `packet->${name}`;
    return {
      parameter: 'const struct packet *packet',
      value: kind === 'wide' ? `0, ${value}` : value,
      mayLack: kind === 'ranges' && name !== 'mark',
    };
  }
  return kind === 'wide'
    ? { parameter: 'const __u64 *address', value: 'address[0], address[1]' }
    : { parameter: '__u32 address', value: 'address' };
}

/** How the row of an address is found. */
function rowsByFamily({ definition, lookups: [ipv4, ipv6] }: FieldLayout): object {
  const field = `packet->${definition.name}`;
  return {
    ipv4: ipv4!.kind === 'constant' ? ipv4!.row : `${ipv4!.name}_row(${field}[0])`,
    ipv6: ipv6!.kind === 'constant' ? ipv6!.row : `${ipv6!.name}_row(${field})`,
  };
}
