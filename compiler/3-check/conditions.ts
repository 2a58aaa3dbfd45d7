/** Values as tests of a packet's fields. */
import { readFormula } from '../2-resolve/formula.ts';
import type {
  AddressLeaf,
  AddressValues,
  Formula,
  MacValues,
  NumberLeaf,
  NumberValues,
  ServiceLeaf,
  ServiceValues,
} from '../2-resolve/resolved.ts';
import type { ServiceSet } from '../2-resolve/service-set.ts';
import type { Condition, View } from '../model/condition.ts';
import { FIELD_WIDTHS, type AddressField, type NumberField } from '../model/fields.ts';
import { IntervalSet } from '../net/interval-set.ts';
import { NEVER, all, any } from './context.ts';

/** The address is among them. */
export function addressCondition(values: AddressValues, field: AddressField, view: View): Condition {
  const { set, dynamic, name } = values;
  const terms: Condition[] = set.isEmpty() ? [] : [{ kind: 'address', field, view, in: set, name }];
  return any([...terms, ...dynamic.map((formula) => addressFormulaCondition(formula, field, view))]);
}

function addressFormulaCondition(formula: Formula<AddressLeaf>, field: AddressField, view: View): Condition {
  return readFormula<AddressLeaf, Condition>(formula, {
    leaf: (leaf) => addressLeafCondition(leaf, field, view),
    branch: combined,
    not: (of) => ({ kind: 'not', of }),
  });
}

function addressLeafCondition(leaf: AddressLeaf, field: AddressField, view: View): Condition {
  switch (leaf.kind) {
    case 'set':
      return { kind: 'address', field, view, in: leaf.set };
    case 'cell':
    case 'masked':
      return { kind: 'address', field, view, in: leaf };
    case 'memory':
      return { kind: 'memory', memory: leaf.memory, key: [field] };
    case 'address of zone':
      return { kind: 'address of zone', field, zone: leaf.zone };
  }
}

/** The field is among the numbers, which are known to fit. */
export function numberCondition(values: NumberValues | MacValues, field: NumberField): Condition {
  const { set, dynamic, name } = values;
  const terms: Condition[] = set.isEmpty() ? [] : [{ kind: 'number', field, in: narrowed(set, field), name }];
  return any([...terms, ...dynamic.map((formula) => numberFormulaCondition(formula, field))]);
}

function numberFormulaCondition(formula: Formula<NumberLeaf>, field: NumberField): Condition {
  return readFormula<NumberLeaf, Condition>(formula, {
    leaf: (leaf) => ({ kind: 'number', field, in: leaf.kind === 'cell' ? leaf : narrowed(leaf.set, field) }),
    branch: combined,
    not: (of) => ({ kind: 'not', of }),
  });
}

/** The set in the field's width; what is too great for the field is no value of it. */
function narrowed(set: IntervalSet, field: NumberField): IntervalSet {
  const width = FIELD_WIDTHS[field];
  const fitting = width <= 32 ? set.narrowed(width) : undefined;
  if (fitting) return fitting;
  const limit = IntervalSet.range(set.width, 0, (1n << BigInt(width)) - 1n);
  return IntervalSet.fromIntervals(width, set.intersect(limit).bigintIntervals());
}

/** The packet belongs to one of the services. */
export function serviceCondition(values: ServiceValues): Condition {
  const terms = [...constantServices(values.set, values.name)];
  return any([...terms, ...values.dynamic.map((formula) => serviceFormulaCondition(formula))]);
}

function serviceFormulaCondition(formula: Formula<ServiceLeaf>): Condition {
  return readFormula<ServiceLeaf, Condition>(formula, {
    leaf: serviceLeafCondition,
    branch: combined,
    not: (of) => ({ kind: 'not', of }),
  });
}

function serviceLeafCondition(leaf: ServiceLeaf): Condition {
  if (leaf.kind === 'set') return any(constantServices(leaf.set, undefined));
  const { protocol, port } = leaf;
  if (port !== undefined) return { kind: 'service cell', protocol, port };
  return typeof protocol === 'number'
    ? { kind: 'number', field: 'protocol', in: IntervalSet.of(8, protocol) }
    : { kind: 'number', field: 'protocol', in: protocol };
}

/** At most one test for each of the fields that tell services apart. */
function constantServices(set: ServiceSet, name: string | undefined): Condition[] {
  const terms: Condition[] = [];
  for (const field of ['service', 'protocol', 'icmp4', 'icmp6'] as const) {
    if (!set[field].isEmpty()) terms.push({ kind: 'number', field, in: set[field] });
  }
  const [only] = terms;
  return only?.kind === 'number' && terms.length === 1 ? [{ ...only, name }] : terms;
}

function combined(kind: 'any' | 'all', of: readonly Condition[]): Condition {
  if (of.length === 0) return kind === 'any' ? NEVER : all([]);
  return kind === 'any' ? any(of) : all(of);
}
