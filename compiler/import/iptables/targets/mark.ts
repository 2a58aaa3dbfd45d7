/** `-j MARK`: the packet's mark becomes (mark & ~mask) ^ value. */
import { hex, isWhole, markItem, parseMark, type MaskedMark } from '../matches/marks.ts';
import { VALUE, type Extension, type Options } from '../options.ts';

export const mark: Extension = {
  name: 'MARK',
  options: { 'set-xmark': VALUE, 'set-mark': VALUE, 'and-mark': VALUE, 'or-mark': VALUE, 'xor-mark': VALUE },
  prepare(options, { handOver }) {
    const change = markChange(options);
    if (change) handOver.use(change.mask | change.value);
  },
  translate(options, rule) {
    const change = markChange(options);
    if (change === undefined) return rule.unknown('the mark is no number');
    const { value, mask } = change;
    if (mask === 0 && value === 0) return;
    if ((value & ~mask) === 0 && rule.place.table !== 'nat') return rule.effect(`mark set ${markItem(change)}`);
    const kept = isWhole(mask) ? '' : `meta mark & ${hex(~mask)} ${(value & ~mask) === 0 ? '|' : '^'} `;
    // In `nat`, the language would mark the flow.
    const what = rule.place.table === 'nat' ? 'that `nat` marks a packet' : 'that bits of a mark are turned over';
    rule.opaqueEffect(`meta mark set ${kept}${hex(value)}`, what);
  },
};

/** Value and mask as `--set-xmark` has them (libxt_MARK.c saves all forms as that one). */
export function markChange(options: Options): MaskedMark | undefined {
  const xor = options.value('set-xmark');
  if (xor !== undefined) return parseMark(xor);
  const set = options.value('set-mark');
  if (set !== undefined) {
    const parsed = parseMark(set);
    return parsed && { value: parsed.value, mask: (parsed.mask | parsed.value) >>> 0 };
  }
  const and = parseMark(options.value('and-mark') ?? '');
  if (and) return { value: 0, mask: ~and.value >>> 0 };
  const or = parseMark(options.value('or-mark') ?? '');
  if (or) return { value: or.value, mask: or.value };
  const turned = parseMark(options.value('xor-mark') ?? '');
  return turned && { value: turned.value, mask: 0 };
}
