/** Values by the kind of their syntax: what each stands for. */
import type { Value } from '../../grammar/ast/index.ts';
import type { ValueContext } from './context.ts';
import type { Resolved } from './resolved.ts';
import { evaluateAddressOf } from './values/address-of.ts';
import { evaluateColumn } from './values/column.ts';
import { evaluateIcmp } from './values/icmp.ts';
import { evaluateList } from './values/list.ts';
import {
  evaluateAddress,
  evaluateDate,
  evaluateDuration,
  evaluateInteger,
  evaluateMac,
  evaluatePercent,
  evaluateRate,
  evaluateSize,
  evaluateString,
} from './values/literals.ts';
import { evaluateOperation } from './values/operation.ts';
import { evaluateMaskedAddress, evaluatePrefix } from './values/prefix.ts';
import { evaluateRange } from './values/range.ts';
import { evaluateReference } from './values/reference.ts';
import { evaluateService } from './values/service.ts';

type Evaluators = {
  readonly [Kind in Value['kind']]: (value: Extract<Value, { readonly kind: Kind }>, context: ValueContext) => Resolved;
};

const evaluators: Evaluators = {
  address: evaluateAddress,
  prefix: evaluatePrefix,
  'masked-address': evaluateMaskedAddress,
  range: evaluateRange,
  integer: evaluateInteger,
  string: evaluateString,
  mac: evaluateMac,
  rate: evaluateRate,
  size: evaluateSize,
  duration: evaluateDuration,
  percent: evaluatePercent,
  date: evaluateDate,
  service: evaluateService,
  icmp: evaluateIcmp,
  reference: evaluateReference,
  column: evaluateColumn,
  any: () => ({ type: 'any' }),
  'address-of': evaluateAddressOf,
  operation: evaluateOperation,
  list: evaluateList,
};

/** What the value stands for. Whatever is wrong with it is reported, and it is then unknown. */
export function evaluateValue(value: Value, context: ValueContext): Resolved {
  const read = evaluators[value.kind] as (value: Value, context: ValueContext) => Resolved;
  return read(value, context);
}
