/** `-j TCPOPTSTRIP`: options of TCP are overwritten with nothing. */
import { VALUE, type Extension } from '../options.ts';

const NUMBERS: Readonly<Record<string, number>> = {
  mss: 2,
  wscale: 3,
  'sack-permitted': 4,
  sack: 5,
  timestamp: 8,
  md5: 19,
};

export const tcpoptstrip: Extension = {
  name: 'TCPOPTSTRIP',
  options: { 'strip-options': VALUE },
  translate(options, rule) {
    for (const word of (options.value('strip-options') ?? '').split(',')) {
      const number = NUMBERS[word] ?? (/^\d+$/.test(word) ? Number(word) : undefined);
      if (number === undefined) rule.unknown(`\`${word}\` is no option of TCP`);
      else rule.opaqueEffect(`reset tcp option ${number}`, 'that options of TCP are taken out');
    }
  },
};
