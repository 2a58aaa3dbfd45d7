/** What a rule does with values of the row it finds: a new address, a mark, a counter of the row's own. */
import type { Lookup } from '../../../compiler/6-plan/plan.ts';
import type { Family, ProgramRule } from '../../../compiler/4-program/program.ts';
import type { Cell, Effect, PortTarget, Translation } from '../../../compiler/model/index.ts';
import { columnOf, type Column } from '../../../compiler/model/table.ts';
import { quoted } from '../names.ts';
import type { Context } from './context.ts';
import { keyType } from './gates.ts';
import { addressWriter, type CellWriter } from './lookup-keys.ts';

export type RowAction =
  | {
      readonly kind: 'map';
      /** The columns it gives, for the map's name. */
      readonly name: string;
      readonly types: readonly string[];
      readonly write: CellWriter;
      /** The statement around `KEY map @NAME`. */
      readonly before: string;
      readonly after: string;
    }
  | { readonly kind: 'counter'; readonly name: string; readonly write: CellWriter };

/**
 * The action of a rule whose only deed uses the row; undefined where it uses none. A rule that does more besides cannot
 * be one statement: whoever lowers its other deeds refuses those that need the row.
 */
export function rowAction(rule: ProgramRule, lookup: Lookup, context: Context): RowAction | undefined {
  if (rule.gates.length > 0) return undefined;
  const [effect] = rule.effects;
  if (rule.effects.length === 0 && rule.decision?.kind === 'translation') {
    return translationAction(rule.decision.translation, rule, lookup, context);
  }
  const unconditional = effect && effect.gates.length === 0 && effect.when.length === 1 && effect.when[0]!.length === 0;
  if (rule.effects.length === 1 && unconditional && !rule.decision) return effectAction(effect.effect, lookup);
  return undefined;
}

function effectAction(effect: Effect, lookup: Lookup): RowAction | undefined {
  if (effect.kind === 'count' && effect.counter.kind === 'per row') {
    const { cell, direction } = effect.counter;
    const text = cellText(columnOf(lookup.row.table, cell.column)!);
    return {
      kind: 'counter',
      name: direction ?? 'traffic',
      write: (row, out) => out.write(` counter comment ${quoted(text(row), 120)}`),
    };
  }
  if (effect.kind === 'mark set' && typeof effect.value !== 'number' && effect.mask >>> 0 === 0xffffffff) {
    const column = columnOf(lookup.row.table, effect.value.column)!;
    return {
      kind: 'map',
      name: column.name,
      types: ['mark'],
      write: valueWriter(column, undefined),
      before: 'meta mark set',
      after: '',
    };
  }
  return undefined;
}

function translationAction(
  translation: Translation,
  rule: ProgramRule,
  lookup: Lookup,
  context: Context,
): RowAction | undefined {
  if (translation.kind !== 'snat' && translation.kind !== 'dnat') return undefined;
  const { family } = rule;
  const target = family === 6 ? translation.target.v6 : translation.target.v4;
  const { ports } = translation.target;
  if (target?.kind !== 'cell' && ports?.kind !== 'cell') return undefined;
  if (target?.kind !== 'cell') {
    context.refuse(
      rule.origin,
      'a port from a table needs an address from the same row',
      'Put the address into the table too.',
    );
    return undefined;
  }
  const column = columnOf(lookup.row.table, target.column)!;
  const port = ports && portWriter(ports, lookup);
  const version = family === 6 ? 'ip6' : 'ip';
  const flags = [...(translation.random ? ['random'] : []), ...(translation.persistent ? ['persistent'] : [])];
  const address = valueWriter(column, family);
  return {
    kind: 'map',
    name: ports?.kind === 'cell' ? `${target.column}_${ports.column}` : target.column,
    types: [keyType('source', family), ...(port ? ['inet_service'] : [])],
    write: (row, out) => {
      address(row, out);
      if (!port) return;
      out.write(' . ');
      port(row, out);
    },
    before: `${translation.kind} ${version} to`,
    after: flags.length > 0 ? ` ${flags.join(',')}` : '',
  };
}

function portWriter(ports: PortTarget, lookup: Lookup): CellWriter {
  if (ports.kind === 'range') return (_row, out) => out.writeNumber(ports.low);
  return valueWriter(columnOf(lookup.row.table, (ports as Cell).column)!, undefined);
}

function valueWriter(column: Column, family: Family | undefined): CellWriter {
  const { data } = column;
  if ('lengths' in data) return addressWriter(data, family);
  if (data.store === 'integer') return (row, out) => out.writeNumber(data.values[row]!);
  if (data.store === 'range') return (row, out) => out.writeNumber(data.low[row]!);
  return (row, out) => out.write(cellText(column)(row));
}

/** A cell as text, for comments. */
function cellText(column: Column): (row: number) => string {
  const { data, type } = column;
  switch (data.store) {
    case 'integer':
      return type.kind === 'enum' ? (row) => type.members[data.values[row]!] ?? '' : (row) => String(data.values[row]);
    case 'text':
      return (row) => data.strings[data.indices[row]!] ?? '';
    case 'wide integer':
    case 'number':
      return (row) => String(data.values[row]);
    default:
      return (row) => String(row + 1);
  }
}
