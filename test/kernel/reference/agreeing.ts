/** A policy's text, compiled and loaded, has to agree with the reference about traffic. */
import { expect, test } from 'vitest';
import { count, seed } from '../../sampling.ts';
import { buildPolicy } from '../conformance/build.ts';
import { NETWORK } from '../conformance/network.ts';
import { compareTraffic, type Host } from './comparing.ts';

/** Zones of `NETWORK`, for the beginning of a policy. */
export const ZONES = 'zone uplink = uplink0\nzone inside = lan0, lan1\nzone dmz = dmz0\n';

const PACKETS = count(2000, 10_000);

/** A test that packets of the policy meet the same in the kernel; at least a few have each of these fates. */
export function agrees(
  name: string,
  policy: string,
  fates: readonly string[] = ['forwarded', 'gone'],
  host: Host = {},
): void {
  test(name, async () => {
    const result = buildPolicy({ policy: ZONES + policy, files: {} });
    if (result.kind === 'refused') throw new Error(result.diagnostics.map(({ message }) => message).join('\n'));
    const { policy: checked, ruleset, sysctls } = result.built;
    const comparison = await compareTraffic(NETWORK, ruleset, checked, sysctls, PACKETS, seed, host);
    expect(comparison.difference).toBeUndefined();
    for (const fate of fates) expect(comparison.fates[fate] ?? 0).toBeGreaterThan(PACKETS / 200);
  });
}
