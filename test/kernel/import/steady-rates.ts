/** Limits that fire now and then would differ from run to run of the dump itself: here they let a burst through, and no more. */
export function withSteadyRates(dump: string, rate = '1/hour'): string {
  return dump.replaceAll(/(--(?:limit|hashlimit-upto)) \S+/g, `$1 ${rate}`);
}
