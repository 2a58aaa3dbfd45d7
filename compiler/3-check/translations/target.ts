/** Where a translation leads: `u.public`, `192.0.2.1-192.0.2.9:1024-65535`, `[2001:db8::1]:443`. */
import type { Endpoint, Value } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import type { AddressValues } from '../../2-resolve/resolved.ts';
import { wantAddresses } from '../../2-resolve/wanted/addresses.ts';
import type { Cell, Condition } from '../../model/condition.ts';
import type { AddressField } from '../../model/fields.ts';
import type { AddressTarget, TranslationTarget } from '../../model/policy.ts';
import { columnOf } from '../../model/table.ts';
import type { IntervalSet } from '../../net/interval-set.ts';
import { prefixLengthOfInterval } from '../../net/prefixes.ts';
import type { RuleContext } from '../context.ts';
import { familiesOf, familiesOfCell, isOneFamily } from '../families.ts';
import { TARGET_ADDRESSES, TARGET_FAMILY } from '../problems.ts';
import { readPorts } from './ports.ts';

/** `field` is the address that changes, `condition` what the rule's clauses come to. */
export function readTarget(
  endpoint: Endpoint,
  field: AddressField,
  condition: Condition,
  context: RuleContext,
): TranslationTarget | undefined {
  const ports = readPorts(endpoint.ports, condition, context);
  if (!endpoint.addresses) {
    report(context, TARGET_ADDRESSES, endpoint.span, 'the target has no address', {
      hint:
        field === 'destination'
          ? 'To lead to a port of this host itself, say `redirect -> PORT`.'
          : 'For whatever address the way out has, say `masquerade`.',
    });
    return undefined;
  }
  const values = wantAddresses(endpoint.addresses, context);
  const families = values && addressTargets(values, endpoint.addresses, field, condition, context);
  if (!families || ports === 'wrong') return undefined;
  const matched = familiesOf(condition);
  const meets = (matched.ipv4 && families.v4 !== undefined) || (matched.ipv6 && families.v6 !== undefined);
  if (!meets && isOneFamily(matched)) {
    const [wrong, right] = families.v4 ? ['IPv4', 'IPv6'] : ['IPv6', 'IPv4'];
    report(
      context,
      TARGET_FAMILY,
      endpoint.addresses.span,
      `the target is of ${wrong}, and the rule matches ${right} only`,
    );
    return undefined;
  }
  return { ...families, ports };
}

interface FamilyTargets {
  readonly v4: AddressTarget | undefined;
  readonly v6: AddressTarget | undefined;
}

function addressTargets(
  values: AddressValues,
  value: Value,
  field: AddressField,
  condition: Condition,
  context: RuleContext,
): FamilyTargets | undefined {
  const found: { v4: AddressTarget[]; v6: AddressTarget[] } = { v4: [], v6: [] };
  for (const family of [4, 6] as const) {
    const set = family === 4 ? values.set.ipv4 : values.set.ipv6;
    const targets = family === 4 ? found.v4 : found.v6;
    // Two of a family are one too many already.
    for (let at = 0; at < Math.min(set.intervalCount, 2); at++) {
      targets.push(constantTarget(set, at, matchedSet(condition, field, family)));
    }
  }
  for (const formula of values.dynamic) {
    if (formula.kind !== 'cell') {
      report(
        context,
        TARGET_ADDRESSES,
        value.span,
        'a translation leads to addresses that are known, or that stand in a row',
        { hint: 'To the address of the way out leads `masquerade`, to that of the way in `redirect`.' },
      );
      return undefined;
    }
    if (!isAddressCell(formula, value, context)) return undefined;
    const families = familiesOfCell(formula);
    if (families.ipv4) found.v4.push(formula);
    if (families.ipv6) found.v6.push(formula);
  }
  if (found.v4.length <= 1 && found.v6.length <= 1) return { v4: found.v4[0], v6: found.v6[0] };
  report(context, TARGET_ADDRESSES, value.span, 'the target holds several addresses of one family that make no range', {
    hint: 'A translation leads to one address or one range of each family.',
  });
  return undefined;
}

/** A column of addresses; of prefixes none, since a row's rule leads to one address. */
function isAddressCell(cell: Cell, value: Value, context: RuleContext): boolean {
  const column = columnOf(cell.row.table, cell.column);
  if (column?.type.kind === 'address') return true;
  report(
    context,
    TARGET_ADDRESSES,
    value.span,
    `\`${cell.row.name}.${cell.column}\` is a prefix, and a translation leads to an address`,
    {
      hint: 'Declare the column as `ipv4`, `ipv6` or `ip`.',
      labels: column ? [{ span: column.span, text: 'the column is declared here' }] : [],
    },
  );
  return false;
}

/** A range; or the same host in another prefix, where the rule matches one prefix of the same length. */
function constantTarget(set: IntervalSet, at: number, matched: IntervalSet | undefined): AddressTarget {
  const low = BigInt(set.lowAt(at));
  const high = BigInt(set.highAt(at));
  const length = prefixLengthOfInterval(set, at);
  if (low !== high && length >= 0 && matched?.intervalCount === 1 && prefixLengthOfInterval(matched, 0) === length) {
    return { kind: 'prefix', from: { value: BigInt(matched.lowAt(0)), length }, to: { value: low, length } };
  }
  return { kind: 'range', low, high };
}

/** The constant addresses of a family that the rule wants in the field, if it names some. */
function matchedSet(condition: Condition, field: AddressField, family: 4 | 6): IntervalSet | undefined {
  const tests = condition.kind === 'all' ? condition.of : [condition];
  for (const test of tests) {
    if (test.kind === 'address' && test.field === field && !('kind' in test.in)) {
      return family === 4 ? test.in.ipv4 : test.in.ipv6;
    }
  }
  return undefined;
}

/** Whether every packet that meets the condition has a certain address there. */
export function testsAddress(condition: Condition, field: AddressField): boolean {
  if (condition.kind === 'all') return condition.of.some((term) => testsAddress(term, field));
  if (condition.kind === 'any') return condition.of.every((term) => testsAddress(term, field));
  if (condition.kind === 'address of zone') return condition.field === field;
  return condition.kind === 'address' && condition.field === field;
}
