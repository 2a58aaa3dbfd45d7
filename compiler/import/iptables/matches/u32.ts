/** `-m u32`: bytes of a packet at computed places. */
import { VALUE, type Extension } from '../options.ts';
import type { RuleBuilder } from '../rule-builder.ts';
import { hex, isWhole } from './marks.ts';
import { tellFragments } from './transport-header.ts';
import { readU32, type U32Test } from './u32-program.ts';

const WHAT = 'bytes of a packet at a place';

/** The shortest header of each family: what every packet has. */
const SHORTEST = { 4: 20, 6: 40 } as const;

export const u32: Extension = {
  name: 'u32',
  options: {
    u32: VALUE,
  },
  translate(options, rule) {
    const tests = readU32(options.value('u32') ?? '');
    const isNegated = options.isNegated('u32');
    const [only, ...others] = tests ?? [];
    const isReadable = tests?.every((test) => isSayable(test, rule)) ?? false;
    // Where the bytes are not there, `!` is true.
    const isInverse = only !== undefined && others.length === 0 && only.base === 'nh' && isAlwaysThere(only, rule);
    if (!tests || !isReadable || (isNegated && !isInverse)) {
      return rule.onlyIptables('bytes of a packet at computed places', 'Say what they are in other matches.');
    }
    if (tests.some(({ base }) => base !== 'nh')) tellFragments(rule);
    for (const test of tests) rule.opaque(textOf(test, isNegated), WHAT);
  },
};

/** Other families' headers have other lengths, and nft looks behind a header of TCP only where it is TCP's. */
function isSayable({ base, ranges }: U32Test, rule: RuleBuilder): boolean {
  return ranges.length > 0 && (base === 'nh' || (rule.family === 4 && (base === 'th' || rule.protocol === 'tcp')));
}

function isAlwaysThere({ offset }: U32Test, { family }: RuleBuilder): boolean {
  return offset + 4 <= SHORTEST[family];
}

function textOf({ base, offset, mask, ranges }: U32Test, isNegated: boolean): string {
  const texts = ranges.map(([low, high]) => (low === high ? hex(low) : `${hex(low)}-${hex(high)}`));
  const values = texts.length === 1 ? texts[0]! : `{ ${texts.join(', ')} }`;
  const left = `@${base},${offset * 8},32${isWhole(mask) ? '' : ` & ${hex(mask)}`}`;
  return `${left} ${isNegated ? '!=' : '=='} ${values}`;
}
