/** `-j TOS`: bits of the type of service octet. */
import { readTos } from '../matches/tos-values.ts';
import { VALUE, type Extension } from '../options.ts';
import type { RuleBuilder } from '../rule-builder.ts';

const ECN_BITS = 0x03;
const DSCPS = 64;

export const tos: Extension = {
  name: 'TOS',
  options: { 'set-tos': VALUE, 'and-tos': VALUE, 'or-tos': VALUE, 'xor-tos': VALUE },
  translate(options, rule) {
    const word = options.value('set-tos') ?? '';
    const read = readTos(word);
    if (read === undefined) return rule.unknown(`\`${word}\` is no type of service`);
    const { value, mask } = read;
    const ecn = mask & ECN_BITS;
    if ((value & ~mask) !== 0 || (ecn !== 0 && ecn !== ECN_BITS)) {
      return rule.refuse('bits of a type of service that are turned over', 'Set the whole DSCP: `-j DSCP --set-dscp`.');
    }
    setDscp(value >> 2, mask >> 2, rule);
    const header = rule.family === 4 ? 'ip' : 'ip6';
    if (ecn !== 0) rule.opaqueEffect(`${header} ecn set ${value & ECN_BITS}`, 'that a rule sets the ECN');
  },
};

/** Where some bits stay as they are, a rule for each value that they may have. */
function setDscp(value: number, mask: number, rule: RuleBuilder): void {
  if (mask === DSCPS - 1) return rule.effect(`dscp set ${value}`);
  if (mask === 0) return;
  const all = Array.from({ length: DSCPS }, (_, dscp) => dscp);
  const kept = all.filter((dscp) => (dscp & mask) === 0);
  const rules = kept.map((bits) => {
    const items = all.filter((dscp) => (dscp & ~mask) === bits).map(String);
    const term = { slot: 'dscp', items, negated: false } as const;
    return { terms: [term], effects: [`dscp set ${bits | value}`], outcome: { kind: 'none' } as const };
  });
  rule.call(`set dscp ${value} of ${mask}`, rules);
}
