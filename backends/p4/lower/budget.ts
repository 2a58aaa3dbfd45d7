/** What of a list a NIC has room for: its first rules, as many as fit. What stands behind them, the host decides alone. */
import { diagnostic, type Diagnostic } from '../../../grammar/diagnostic.ts';
import { PROBLEMS } from '../problems.ts';
import type { NicDescription } from '../targets/index.ts';
import type { FamilyTables } from '../tree.ts';
import { encodeRules, type RuleListOf } from './encode-rules.ts';

export interface Fitting {
  readonly tables: FamilyTables | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** `room`: bits of tables for the list. */
export function fitting(list: RuleListOf, nic: NicDescription, room: number): Fitting {
  const { rules, family } = list;
  const whole = encodeRules(list, nic.limits.resultBits);
  if (!whole || fits(whole, nic, room)) return { tables: whole, diagnostics: [] };
  let [least, most] = [0, rules.length];
  let tables: FamilyTables | undefined;
  while (least + 1 < most) {
    const middle = Math.floor((least + most) / 2);
    const some = encodeRules({ ...list, rules: rules.slice(0, middle) }, nic.limits.resultBits);
    if (some && !fits(some, nic, room)) {
      most = middle;
    } else {
      least = middle;
      tables = some;
    }
  }
  const first = rules[least]!.rule.origin;
  const [{ entries, keyWidth, bits }] = whole.rules.encodings as readonly [(typeof whole.rules.encodings)[0]];
  const whose = list.list === 'mitigate' ? '' : `of \`${list.list}\` `;
  const message = `the NIC takes ${least} of ${rules.length} rules ${whose}for IPv${family}: all would need ${entries} entries of ${keyWidth} bits, ${bits} bits of tables`;
  const { entriesPerTable, keyBitsPerTable, tcamBits } = nic.limits;
  const hint = `\`${nic.name}\` has ${entriesPerTable} entries and ${keyBitsPerTable} bits of key in a table, ${tcamBits} bits in all. From this rule on the host decides: put the rules that drop most first.`;
  return { tables, diagnostics: [diagnostic(PROBLEMS.tooMany, first.span, message, { hint })] };
}

function fits({ memberships, rules }: FamilyTables, { limits }: NicDescription, room: number): boolean {
  const tables = [rules, ...memberships];
  const keyBits = [rules.keys.reduce((sum, { width }) => sum + width, 0), ...memberships.map(({ width }) => width)];
  return (
    tables.every(({ entries }) => entries.length <= limits.entriesPerTable) &&
    keyBits.every((bits) => bits <= limits.keyBitsPerTable) &&
    rules.encodings[0]!.bits <= room
  );
}
