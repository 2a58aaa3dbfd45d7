/** How the constructs print each other. */
import type { ConstructPrinters } from '../printing.ts';
import { printRuleItem } from './rules/print.ts';
import { printStatement } from './statements/print.ts';
import { printValue } from './values/value/print.ts';

export const CONSTRUCT_PRINTERS: ConstructPrinters = {
  value: printValue,
  ruleItem: printRuleItem,
  statement: printStatement,
};
