/** Whatever stands in a block of rules. */
import type { Each, GroupUse, RuleItem, ShapeDefault } from '../../ast/index.ts';
import { words, type Doc, type Printers, type Printing } from '../../printing.ts';
import { printExpression } from '../values/expression/print.ts';
import { printName } from '../values/name/print.ts';
import { partsOf } from '../values/value/print.ts';
import { printClass } from './class/print.ts';
import { printRule } from './rule/print.ts';

const PRINTERS: Printers<RuleItem> = {
  rule: printRule,
  each: printEach,
  'group-use': printGroupUse,
  'essential-off': () => 'essential off',
  class: printClass,
  'shape-default': printShapeDefault,
};

export function printRuleItem(item: RuleItem, at: Printing): Doc {
  const print = PRINTERS[item.kind] as (item: RuleItem, at: Printing) => Doc;
  return print(item, at);
}

function printEach(each: Each, at: Printing): Doc {
  const where = each.where && words('where', printExpression(each.where, at));
  const head = words('each', printName(each.variable), 'in', printName(each.table), where);
  return at.block(each, head, each.body, (item) => at.ruleItem(item));
}

function printGroupUse(use: GroupUse, at: Printing): Doc {
  const name = `use ${printName(use.group)}`;
  if (use.arguments.length === 0) return `${name}()`;
  return [name, at.enclosed(use, '(', partsOf(use.arguments, at), ')', true)];
}

function printShapeDefault({ to }: ShapeDefault): Doc {
  return typeof to === 'string' ? `default ${to}` : `default class ${printName(to)}`;
}
