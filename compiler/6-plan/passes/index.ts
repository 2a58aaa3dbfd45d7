/** The passes, in the order in which a plan goes through them. Adding one: a file here, and a line in this list. */
import type { Pass, PassContext } from './pass.ts';
import { commonPrefix } from './common-prefix.ts';
import { commonServices } from './common-services.ts';
import { concatenatedKeys } from './concatenated-keys.ts';
import { guardLookups } from './guard-lookups.ts';
import { hotRulesFirst } from './hot-rules-first.ts';
import { mergeIntoSets } from './merge-into-sets.ts';
import { redundantRules } from './redundant-rules.ts';
import { sharedGroups } from './shared-groups.ts';
import { shadowedRules } from './shadowed-rules.ts';
import { rankedSearches } from './ranked-searches.ts';
import { switchOnValue } from './switch-on-value.ts';
import { translationMaps } from './translation-maps.ts';

export type { Pass, PassContext };

export const PASSES: readonly Pass[] = [
  shadowedRules,
  redundantRules,
  concatenatedKeys,
  mergeIntoSets,
  translationMaps,
  hotRulesFirst,
  rankedSearches,
  switchOnValue,
  guardLookups,
  commonPrefix,
  commonServices,
  sharedGroups,
];
