/** How large packets may be on the way: the interfaces' MTU, for the reference knows of no narrower place. */
import type { Journey } from '../journey.ts';
import { routeTo } from './routing.ts';

/** Of the IP and TCP headers without options. */
const HEADERS = { 4: 40, 6: 60 } as const;
const LEAST_MTU = { 4: 68, 6: 1280 } as const;

/** The greatest TCP segment that fits both ways; undefined where the packet has no way out yet. */
export function pathSegmentSize(journey: Journey): number | undefined {
  const { family, source } = journey.packet;
  if (journey.out === undefined) return undefined;
  const back = source === undefined ? undefined : routeTo(journey.environment, family, source);
  const backMtu = back?.kind === 'forward' ? back.out.mtu : Infinity;
  return Math.max(Math.min(journey.out.mtu, backMtu), LEAST_MTU[family]) - HEADERS[family];
}
