/** Where a rule stands, as far as it matters for what may stand in it. */
import type { View } from '../model/condition.ts';
import type { Walk } from '../model/policy.ts';

/** Rules of one kind of place may hold the same clauses, verdicts, effects and translations. */
export const PLACE_KINDS = [
  'mitigate',
  'raw',
  'dnat',
  'snat',
  'filter',
  'each packet',
  'stateless',
  'mangle',
  'count',
  'shape',
  'dispatch',
] as const;

export type PlaceKind = (typeof PLACE_KINDS)[number];

export type Hook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';

const PLACE_TITLES: Readonly<Record<PlaceKind, string>> = {
  mitigate: '`mitigate`',
  raw: '`raw`',
  dnat: 'a destination NAT rule',
  snat: 'a source NAT rule',
  filter: 'a stateful `filter`',
  'each packet': 'an `each packet` rule',
  stateless: 'a stateless `filter`',
  mangle: '`mangle`',
  count: '`count`',
  shape: '`shape`',
  dispatch: '`dispatch`',
};

export interface Place {
  readonly kind: PlaceKind;
  readonly hook?: Hook | undefined;
  /** `shape … ingress`: neither the way out nor the flow is known yet. */
  readonly ingress?: boolean | undefined;
  /** In `nat`, the walk that the rules of a group are for; undefined: rules of either kind may stand here. */
  readonly walk?: Walk | undefined;
}

/** The place's name with its hook: a stateful `filter` of `input`. */
export function placeTitle(place: Place): string {
  return place.hook ? `${PLACE_TITLES[place.kind]} of \`${place.hook}\`` : PLACE_TITLES[place.kind];
}

/** Whose addresses a rule sees here unless it says otherwise. */
export function defaultView(place: Place | undefined): View {
  const onWire =
    place?.kind === 'mitigate' || place?.kind === 'raw' || (place?.kind === 'mangle' && place.hook === 'prerouting');
  return onWire ? 'on wire' : 'real';
}

/** Whether a rule here is asked about flows only, not about each packet. */
export function judgesFlows(place: Place | undefined): boolean {
  return place?.kind === 'filter' || place?.kind === 'dnat' || place?.kind === 'snat';
}
