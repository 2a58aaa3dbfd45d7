/** What says what becomes of packets. */
import type { ProgramRule } from '../../4-program/program.ts';
import type { Origin, Verdict } from '../../model/policy.ts';
import type { Meaning } from './meaning.ts';

/** A rule that a packet met, or what stands where none was. */
export type Spoken =
  | { readonly kind: 'rule'; readonly rule: ProgramRule }
  | { readonly kind: 'default'; readonly origin: Origin; readonly verdict: Verdict | undefined }
  | { readonly kind: 'its flow' | 'invalid'; readonly origin: Origin }
  | { readonly kind: 'no block' };

/** What is decided, named by what says so. */
export type NamedBy = (spoken: Spoken, done: Meaning) => Meaning;
