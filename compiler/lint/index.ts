/** All lint rules, by group and in the order of the reference. Adding one: a file here, and a line in this list. */
import type { LintRule } from './rule.ts';
import { unreachable } from './reach/unreachable.ts';
import { partlyCovered } from './reach/partly-covered.ts';
import { redundant } from './reach/redundant.ts';
import { rowNeverMatters } from './reach/row-never-matters.ts';
import { containedElement } from './reach/contained-element.ts';
import { natDropped } from './reach/nat-dropped.ts';
import { allowWithoutNat } from './reach/allow-without-nat.ts';
import { openService } from './reach/open-service.ts';
import { openIpv6 } from './safety/open-ipv6.ts';
import { icmpv6Blocked } from './safety/icmpv6-blocked.ts';
import { noAntiSpoofing } from './safety/no-anti-spoofing.ts';
import { bogonsAccepted } from './safety/bogons-accepted.ts';
import { defaultAllow } from './safety/default-allow.ts';
import { expiresSoon } from './safety/expires-soon.ts';
import { limitWithoutKey } from './safety/limit-without-key.ts';
import { logWithoutLimit } from './safety/log-without-limit.ts';
import { allowEverything } from './safety/allow-everything.ts';
import { rejectToOutside } from './safety/reject-to-outside.ts';
import { linearRest } from './cost/linear-rest.ts';
import { brokenMap } from './cost/broken-map.ts';
import { eachPacketAllow } from './cost/each-packet-allow.ts';
import { manyClasses } from './cost/many-classes.ts';
import { memoryWithoutTimeout } from './cost/memory-without-timeout.ts';
import { needlessNat } from './cost/needless-nat.ts';
import { volatileIntervals } from './cost/volatile-intervals.ts';
import { keptOffPlane } from './planes/kept-off-plane.ts';
import { tableMemory } from './planes/table-memory.ts';
import { keepaliveUserTimeout } from './hosts/keepalive-user-timeout.ts';
import { conntrackHash } from './hosts/conntrack-hash.ts';
import { conntrackMax } from './hosts/conntrack-max.ts';
import { reversePath } from './hosts/reverse-path.ts';
import { expiredSuppression } from './upkeep/expired-suppression.ts';
import { unusedSuppression } from './upkeep/unused-suppression.ts';
import { malformedSuppression } from './upkeep/malformed-suppression.ts';

export const LINT_RULES: readonly LintRule[] = [
  unreachable,
  partlyCovered,
  redundant,
  rowNeverMatters,
  containedElement,
  natDropped,
  allowWithoutNat,
  openService,
  openIpv6,
  icmpv6Blocked,
  noAntiSpoofing,
  bogonsAccepted,
  defaultAllow,
  expiresSoon,
  limitWithoutKey,
  logWithoutLimit,
  allowEverything,
  rejectToOutside,
  linearRest,
  brokenMap,
  eachPacketAllow,
  manyClasses,
  memoryWithoutTimeout,
  needlessNat,
  volatileIntervals,
  keptOffPlane,
  tableMemory,
  keepaliveUserTimeout,
  conntrackHash,
  conntrackMax,
  reversePath,
  expiredSuppression,
  unusedSuppression,
  malformedSuppression,
];
