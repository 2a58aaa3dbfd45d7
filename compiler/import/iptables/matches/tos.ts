/** `-m tos`: the whole type of service octet; of it, the language knows the DSCP. */
import { VALUE, type Extension } from '../options.ts';
import { dscpItem } from './dscp-classes.ts';

const NAMES: Readonly<Record<string, number>> = {
  'Minimize-Delay': 0x10,
  'Maximize-Throughput': 0x08,
  'Maximize-Reliability': 0x04,
  'Minimize-Cost': 0x02,
  'Normal-Service': 0x00,
};
const DSCP_BITS = 0xfc;

export const tos: Extension = {
  name: 'tos',
  options: { tos: VALUE },
  translate(options, rule) {
    const [word = '', maskWord] = (options.value('tos') ?? '').split('/');
    const named = NAMES[word];
    const value = named ?? Number(word);
    const mask = named !== undefined ? 0x3f : maskWord === undefined ? 0xff : Number(maskWord);
    if (!Number.isInteger(value) || !Number.isInteger(mask)) return rule.unknown(`\`${word}\` is no type of service`);
    if (mask !== DSCP_BITS || (value & ~mask) !== 0) {
      return rule.refuse('bits of the type of service beside the DSCP', 'Match the DSCP: `-m dscp --dscp`.');
    }
    rule.match('dscp', [dscpItem(String(value >> 2)) ?? String(value >> 2)], options.isNegated('tos'));
  },
};
