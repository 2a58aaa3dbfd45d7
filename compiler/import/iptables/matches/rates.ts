/** Rates as iptables has them: `100/min`, `2/sec`, `5/hour`, `1/day`, and their abbreviations. */

const PERIODS = ['second', 'minute', 'hour', 'day'] as const;

/** As the language writes it. */
export function readRate(word: string): string | undefined {
  const [amount = '', period = 'second'] = word.split('/');
  const name = PERIODS.find((one) => period !== '' && one.startsWith(period.toLowerCase()));
  return /^\d+$/.test(amount) && Number(amount) > 0 && name !== undefined ? `${Number(amount)}/${name}` : undefined;
}
