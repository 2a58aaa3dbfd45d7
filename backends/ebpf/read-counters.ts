/** What `sluice-load stats` prints of a program's counters, for people and for Prometheus (fixed/loader/stats.c). */

const COUNTER = /^(.+): (\d+) packets, \d+ bytes(?:, \d+ \w+)?$/;
const METRIC = /^sluice_packets_total\{target="(?:[^"\\]|\\.)*",counter="((?:[^"\\]|\\.)*)"\} (\d+)$/;

/** The packets of each counter, by name; undefined: the text is no such list. */
export function readCounters(text: string): ReadonlyMap<string, number> | undefined {
  const counters = new Map<string, number>();
  for (const line of text.split('\n')) {
    const metric = METRIC.exec(line);
    const [, name, packets] = metric ?? COUNTER.exec(line) ?? [];
    if (name === undefined) continue;
    counters.set(metric ? name.replaceAll(/\\(.)/g, '$1') : name, Number(packets));
  }
  return counters.size > 0 ? counters : undefined;
}
