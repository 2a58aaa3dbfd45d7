/** Every mutation; see ../README.md. */
import type { Mutation } from '../mutation.ts';
import { classify } from './classify.ts';
import { commute } from './commute.ts';
import { concatenatedKeys } from './concatenated-keys.ts';
import { conditions } from './conditions.ts';
import { frame } from './frame.ts';
import { matches } from './matches.ts';
import { passes } from './passes.ts';
import { rows } from './rows.ts';
import { values } from './values.ts';

export const MUTATIONS: readonly Mutation[] = [
  ...commute,
  ...rows,
  ...passes,
  ...concatenatedKeys,
  ...classify,
  ...matches,
  ...values,
  ...conditions,
  ...frame,
];
