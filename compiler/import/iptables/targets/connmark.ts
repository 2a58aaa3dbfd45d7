/** `-j CONNMARK`: the flow's mark. */
import { hex, isWhole, parseMark } from '../matches/marks.ts';
import { FLAG, VALUE, type Extension, type Options } from '../options.ts';
import { quoted, type RuleBuilder } from '../rule-builder.ts';
import type { CalledRule } from '../rule-stages.ts';
import { markChange } from './mark.ts';

const COPIES = 'that a mark is copied between a packet and its flow';

/** Each bit is one rule, and what becomes of so many is still proved in a few seconds. */
const MOST_BITS = 16;

export const connmark: Extension = {
  name: 'CONNMARK',
  options: {
    'set-xmark': VALUE,
    'set-mark': VALUE,
    'and-mark': VALUE,
    'or-mark': VALUE,
    'xor-mark': VALUE,
    'save-mark': FLAG,
    'restore-mark': FLAG,
    nfmask: VALUE,
    ctmask: VALUE,
    mask: VALUE,
  },
  prepare(options, { handOver }) {
    const isCopied = options.has('save-mark') || options.has('restore-mark');
    // Of the packet's mark, the bits that are read or written.
    if (isCopied) handOver.use(parseMark(options.value('nfmask') ?? options.value('mask') ?? '0xffffffff')?.value ?? 0);
  },
  translate(options, rule) {
    if (options.has('save-mark') || options.has('restore-mark')) return copyMark(options, rule);
    const change = markChange(options);
    if (change === undefined) return rule.unknown('the mark is no number');
    const { value, mask } = change;
    const kept = isWhole(mask) ? '' : `ct mark & ${hex(~mask)} ${(value & ~mask) === 0 ? '|' : '^'} `;
    rule.opaqueEffect(`ct mark set ${kept}${hex(value)}`, "that a rule sets a flow's mark");
  },
};

/** `--save-mark`: flow = (flow & ~ctmask) ^ (packet & nfmask); `--restore-mark` the other way round. */
function copyMark(options: Options, rule: RuleBuilder): void {
  const isSaved = options.has('save-mark');
  const [from, to] = isSaved ? (['meta mark', 'ct mark'] as const) : (['ct mark', 'meta mark'] as const);
  const both = options.value('mask');
  const maskOf = (option: string): number | undefined =>
    parseMark(options.value(option) ?? both ?? '0xffffffff')?.value;
  const [read, kept] = isSaved ? [maskOf('nfmask'), maskOf('ctmask')] : [maskOf('ctmask'), maskOf('nfmask')];
  if (read === undefined || kept === undefined) return rule.unknown('the mask is no number');
  if (isWhole(kept)) {
    return rule.opaqueEffect(`${to} set ${from}${isWhole(read) ? '' : ` & ${hex(read)}`}`, COPIES);
  }
  if ((read & ~kept) !== 0) {
    return rule.refuse('bits of a mark that are turned over by those of another', 'Give both marks the same mask.');
  }
  // nft computes a mark from one other: all bits are cleared, and then each is set that is set there.
  const bits = Array.from({ length: 32 }, (_, at) => (1 << at) >>> 0).filter((bit) => (read & bit) !== 0);
  if (bits.length > MOST_BITS) {
    const hint = 'Copy the whole mark, or let the mask have fewer bits.';
    return rule.refuse(`${bits.length} bits of a mark that is copied, which are more than ${MOST_BITS}`, hint);
  }
  const change = (test: string, value: string): CalledRule => ({
    terms: [{ slot: 'opaque', items: [`${from} & ${test}`], negated: false }],
    effects: [`opaque nftables ${quoted(`${to} set ${to} ${value}`)}`],
    outcome: { kind: 'none' },
  });
  const rules = [
    // Of a packet without a flow, no test of the flow's mark holds.
    change('0x0 == 0x0', `& ${hex(~kept)}`),
    ...bits.map((bit) => change(`${hex(bit)} == ${hex(bit)}`, `| ${hex(bit)}`)),
  ];
  rule.opaqueCall(`${isSaved ? 'save' : 'restore'} mark ${hex(read)} ${hex(kept)}`, rules, COPIES);
}
