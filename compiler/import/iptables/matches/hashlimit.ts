/** `-m hashlimit`: a bucket for each address, port or combination. */
import { FLAG, VALUE, type Extension } from '../options.ts';
import { readRate } from './rates.ts';

const DEFAULT_BURST = 5;

const KEYS: Readonly<Record<string, string>> = {
  srcip: 'source',
  srcport: 'source port',
  dstip: 'destination',
  dstport: 'destination port',
};

export const hashlimit: Extension = {
  name: 'hashlimit',
  options: {
    'hashlimit-upto': { ...VALUE, aliases: ['--hashlimit'] },
    'hashlimit-above': VALUE,
    'hashlimit-burst': VALUE,
    'hashlimit-mode': VALUE,
    'hashlimit-srcmask': VALUE,
    'hashlimit-dstmask': VALUE,
    'hashlimit-name': VALUE,
    'hashlimit-htable-size': VALUE,
    'hashlimit-htable-max': VALUE,
    'hashlimit-htable-expire': VALUE,
    'hashlimit-htable-gcinterval': VALUE,
    'hashlimit-rate-match': FLAG,
    'hashlimit-rate-interval': VALUE,
  },
  translate(options, rule) {
    const above = options.value('hashlimit-above');
    const word = above ?? options.value('hashlimit-upto');
    const rate = readRate(word ?? '');
    if (rate === undefined) {
      return rule.refuse(`the rate \`${word ?? ''}\``, 'Write a rate of packets: `--hashlimit-upto 100/second`.');
    }
    if (options.has('hashlimit-rate-match')) {
      return rule.refuse('`--hashlimit-rate-match`', 'Leave it out: buckets then limit what passes, not what is seen.');
    }
    const isOver = (above !== undefined) !== options.isNegated('hashlimit-upto');
    const burst = options.number('hashlimit-burst') ?? DEFAULT_BURST;
    const keys = (options.value('hashlimit-mode') ?? '').split(',').filter((key) => key !== '');
    const parts = keys.map((key) => keyPart(key, options.number(`hashlimit-${key.slice(0, 3)}mask`), rule.family));
    if (parts.includes(undefined)) return rule.unknown(`\`${keys.join(',')}\` is no mode`);
    const per = parts.length > 0 ? ` per ${parts.join(', ')}` : '';
    const most = options.number('hashlimit-htable-max');
    const bound = most === undefined || parts.length === 0 ? '' : ` keys ${most}`;
    rule.gate(
      'limit',
      `${isOver ? 'over' : 'up to'} ${rate}${per}${burst === DEFAULT_BURST ? '' : ` burst ${burst}`}${bound}`,
      options.value('hashlimit-name'),
    );
  },
};

function keyPart(key: string, mask: number | undefined, family: 4 | 6): string | undefined {
  const part = KEYS[key];
  const whole = family === 4 ? 32 : 128;
  if (part === undefined || mask === undefined || mask === whole || !key.endsWith('ip')) return part;
  return family === 4 ? `${part}/${mask}/128` : `${part}/32/${mask}`;
}
