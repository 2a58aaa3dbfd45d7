/** What of a list a NIC has room for: its first rules, as many as fit. What stands behind them, the host decides alone. */
import { diagnostic, type Diagnostic } from '../../../grammar/diagnostic.ts';
import { sizeFor } from '../table-size.ts';
import { PROBLEMS } from '../problems.ts';
import type { NicDescription } from '../targets/index.ts';
import type { EncodingCost, FamilyTables } from '../tree.ts';
import { encodeRules, type Room, type RuleListOf } from './encode-rules.ts';

export interface Fitting {
  readonly tables: FamilyTables | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** `bits`: of tables for the list. */
export function fitting(list: RuleListOf, nic: NicDescription, bits: number): Fitting {
  const { rules, family } = list;
  const room: Room = { resultBits: nic.limits.resultBits, fits: (encoding) => fits(encoding, nic, bits) };
  const whole = encodeRules(list, room);
  if (!whole || hasRoom(whole, room)) return { tables: whole, diagnostics: [] };
  let [least, most] = [0, rules.length];
  let tables: FamilyTables | undefined;
  while (least + 1 < most) {
    const middle = Math.floor((least + most) / 2);
    const some = encodeRules({ ...list, rules: rules.slice(0, middle) }, room);
    if (some && !hasRoom(some, room)) {
      most = middle;
    } else {
      least = middle;
      tables = some;
    }
  }
  const first = rules[least]!.rule.origin;
  const [{ entries, keyWidth, bits: needed }] = whole.rules.encodings as readonly [(typeof whole.rules.encodings)[0]];
  const whose = list.list === 'mitigate' ? '' : `of \`${list.list}\` `;
  const message = `the NIC takes ${least} of ${rules.length} rules ${whose}for IPv${family}: all would need ${entries} entries of ${keyWidth} bits, ${needed} bits of tables`;
  const { entriesPerTable, keyBitsPerTable, tcamBits } = nic.limits;
  const hint = `\`${nic.name}\` has ${entriesPerTable} entries and ${keyBitsPerTable} bits of key in a table, ${tcamBits} bits in all. From this rule on the host decides: put the rules that drop most first.`;
  return { tables, diagnostics: [diagnostic(PROBLEMS.tooMany, first.span, message, { hint })] };
}

function hasRoom({ rules }: FamilyTables, room: Room): boolean {
  return room.fits(rules.encodings[0]!);
}

/** Tables are made for powers of two, with an entry to spare. */
function fits({ tables, bits }: EncodingCost, { limits }: NicDescription, most: number): boolean {
  const isSmall = ({ entries, keyBits }: (typeof tables)[number]) =>
    sizeFor({ length: entries }) <= limits.entriesPerTable && keyBits <= limits.keyBitsPerTable;
  return bits <= most && tables.every(isSmall);
}
