/** What of a list a NIC has room for: its first rules, as many as fit. What stands behind them, the host decides alone. */
import { diagnostic, type Diagnostic } from '../../../grammar/diagnostic.ts';
import { PROBLEMS } from '../problems.ts';
import type { NicDescription } from '../targets/index.ts';
import type { FamilyTables } from '../tree.ts';
import { encodeRules, type Room, type RuleListOf } from './encode-rules.ts';
import { shortOf, type Left } from './room.ts';

export interface Fitting {
  readonly tables: FamilyTables | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Sets of a field that a rule can ask bit by bit in one key. */
const MOST_SETS = 128;

/** `left`: for the tables of the list. */
export function fitting(list: RuleListOf, nic: NicDescription, left: Left): Fitting {
  const { rules } = list;
  const room: Room = { ...setsOf(nic), fits: (encoding) => shortOf(encoding, nic, left).length === 0 };
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
  return { tables, diagnostics: [tooMany(list, least, whole, nic, left)] };
}

function setsOf({ limits, matchKinds }: NicDescription): Pick<Room, 'sets' | 'prefixes'> {
  const sets = Math.min(limits.resultBits ?? MOST_SETS, MOST_SETS);
  return { sets, prefixes: matchKinds.includes('lpm') ? 'lpm' : 'ternary' };
}

function tooMany(
  { rules, list, family }: RuleListOf,
  taken: number,
  whole: FamilyTables,
  nic: NicDescription,
  left: Left,
): Diagnostic {
  const cheapest = whole.rules.encodings[0]!;
  const { entries, keyWidth, bits } = cheapest;
  const whose = list === 'mitigate' ? '' : `of \`${list}\` `;
  const message = `the NIC takes ${taken} of ${rules.length} rules ${whose}for IPv${family}: all would need ${entries} entries of ${keyWidth} bits, ${bits} bits of tables`;
  const short = shortOf(cheapest, nic, left);
  const hint = `\`${nic.name}\` has ${short.join(', ')}. From this rule on the host decides: put the rules that drop most first.`;
  return diagnostic(PROBLEMS.tooMany, rules[taken]!.rule.origin.span, message, { hint });
}

function hasRoom({ rules }: FamilyTables, room: Room): boolean {
  return room.fits(rules.encodings[0]!);
}
