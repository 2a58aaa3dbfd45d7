/** `-m statistic`: some of the packets, by chance or by turns. */
import { VALUE, type Extension } from '../options.ts';

/** The kernel keeps the probability in 31 bits (xt_statistic.h); iptables-save writes it with eleven places. */
const WHOLE = 0x8000_0000;

export const statistic: Extension = {
  name: 'statistic',
  options: { mode: VALUE, probability: VALUE, every: VALUE, packet: VALUE },
  translate(options, rule) {
    if (options.value('mode') === 'nth') {
      const [every, packet] = [options.number('every') ?? 1, options.number('packet') ?? 0];
      rule.turn(
        `numgen inc mod ${every} ${options.isNegated('every') ? '!= ' : ''}${packet}`,
        'every so-manieth packet',
      );
      return;
    }
    const share = Number(options.value('probability'));
    if (!(share >= 0 && share <= 1)) return rule.unknown('the probability is no number from 0 to 1');
    const [one, of] = fraction(Math.round(share * WHOLE), options.isNegated('probability'));
    if (one === 0) return rule.never();
    if (one >= of) return;
    // `nat` decides about flows, of which no clause takes a sample.
    if (rule.place.table === 'nat') rule.turn(`numgen random mod ${of} < ${one}`, 'some of the flows');
    else rule.gate('sample', `${one}/${of}`);
  },
};

/** The simplest fraction that the kernel could not tell from the probability. */
function fraction(parts: number, negated: boolean): [one: number, of: number] {
  const wanted = (negated ? WHOLE - parts : parts) / WHOLE;
  for (let of = 1; of <= 1000; of++) {
    const one = Math.round(wanted * of);
    if (Math.abs(one / of - wanted) <= 1 / WHOLE) return [one, of];
  }
  return [Math.round(wanted * 1_000_000), 1_000_000];
}
