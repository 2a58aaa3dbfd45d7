/** A name that stands for a value. */
import type { Name, NameReference } from '../../../grammar/ast/index.ts';
import type { Memory } from '../../model/policy.ts';
import { report, type ValueContext } from '../context.ts';
import { lookUp, reportKind, type MeaningOf } from '../names.ts';
import { MEMORY_AS_SET } from '../problems.ts';
import { UNKNOWN, addressFormula, isSet, type Resolved } from '../resolved.ts';
import type { Binding, Meaning } from '../scope.ts';

export function evaluateReference(reference: NameReference, context: ValueContext): Resolved {
  const binding = lookUp(reference.name, context);
  return binding ? valueOfBinding(reference.name, binding, context) : UNKNOWN;
}

type Readers = {
  readonly [Kind in Meaning['kind']]: (
    meaning: MeaningOf<Kind>,
    name: Name,
    binding: Binding,
    context: ValueContext,
  ) => Resolved;
};

const readers: Readers = {
  let: readDefinition,
  service: readDefinition,
  value: (meaning) => meaning.value,
  memory: (meaning, name, binding, context) => readMemory(meaning.memory, name, binding, context),
  zone: (_, name, binding, context) =>
    notAValue(name, binding, context, `Write \`address of ${name.text}\` for the addresses of its interfaces.`),
  table: (meaning, name, binding, context) =>
    notAValue(
      name,
      binding,
      context,
      `Write \`${name.text}.${meaning.table.columns[0]?.name ?? 'column'}\` for the values of one of its columns.`,
    ),
  group: (_, name, binding, context) =>
    notAValue(name, binding, context, `A group's rules are put in place by \`use ${name.text}(…)\`.`),
  row: (meaning, name, binding, context) =>
    notAValue(
      name,
      binding,
      context,
      `Write \`${name.text}.${meaning.row.table.columns[0]?.name ?? 'column'}\` for one of the row's cells.`,
    ),
  unknown: () => UNKNOWN,
};

function valueOfBinding(name: Name, binding: Binding, context: ValueContext): Resolved {
  const read = readers[binding.meaning.kind] as (
    meaning: Meaning,
    name: Name,
    binding: Binding,
    context: ValueContext,
  ) => Resolved;
  return read(binding.meaning, name, binding, context);
}

function readDefinition(
  meaning: MeaningOf<'let'> | MeaningOf<'service'>,
  name: Name,
  _: Binding,
  context: ValueContext,
): Resolved {
  const value = context.definitions.valueOf(meaning.statement, meaning.scope, name.span);
  return isSet(value) ? { ...value, name: name.text } : value;
}

function readMemory(memory: Memory, name: Name, binding: Binding, context: ValueContext): Resolved {
  const [column, ...more] = memory.columns;
  if (column?.type.kind === 'address' && more.length === 0) return addressFormula({ kind: 'memory', memory });
  const columns = memory.columns.map((each) => each.name).join(', ');
  report(context, MEMORY_AS_SET, name.span, `\`${name.text}\` holds (${columns}), so it is no set of addresses`, {
    labels: [{ span: binding.span, text: 'declared here' }],
    hint: 'Only a memory with one column, of addresses, can stand among addresses.',
  });
  return UNKNOWN;
}

function notAValue(name: Name, binding: Binding, context: ValueContext, hint: string): Resolved {
  reportKind(name, binding, 'a value', context, hint);
  return UNKNOWN;
}
