/** Runs the policy's own tests, its `expect` blocks, on the reference semantics. */
import { diagnostic, type Diagnostic, type Label } from '../../grammar/diagnostic.ts';
import type { Expectation, ExpectationBlock, Given, Policy } from '../model/policy.ts';
import { evaluate, type Outcome } from './evaluate.ts';
import { difference } from './expectations/differences.ts';
import { situationOf } from './expectations/history.ts';
import { sceneFor } from './expectations/scene.ts';
import { PROBLEMS } from './problems.ts';

export interface ExpectOptions {
  /** Milliseconds since 1970, for blocks that are given no time; the beginning of 1970 unless said. */
  readonly now?: number;
}

/** What one line of an `expect` block came to. */
export interface ExaminedExpectation {
  readonly expectation: Expectation;
  /** What may become of its packet, and which rules have a say then. */
  readonly outcomes: readonly Outcome[];
  /** How the policy does not meet it; undefined: it does. */
  readonly finding: Diagnostic | undefined;
}

/** A finding for each line of an `expect` block that the policy does not meet. */
export function runExpectations(policy: Policy, options: ExpectOptions = {}): Diagnostic[] {
  return examineExpectations(policy, policy.expectations, options).flatMap(({ finding }) => finding ?? []);
}

/** Every line of the blocks, in their order. */
export function examineExpectations(
  policy: Policy,
  blocks: readonly ExpectationBlock[],
  options: ExpectOptions = {},
): readonly ExaminedExpectation[] {
  return blocks.flatMap(({ given, expectations }) => {
    const now = given.time === undefined ? (options.now ?? 0) : given.time * 1000;
    return expectations.map((expectation) => examine(policy, given, expectation, now));
  });
}

function examine(policy: Policy, given: Given, expectation: Expectation, now: number): ExaminedExpectation {
  const scene = sceneFor(policy, given, expectation);
  const { state, arrival } = situationOf(policy, given, expectation, scene, now);
  const { outcomes } = evaluate(policy, scene.environment, state, now, arrival);
  const differing = outcomes.flatMap((outcome) => {
    const found = difference(expectation, outcome, policy, scene.environment);
    return found === undefined ? [] : [{ outcome, found }];
  });
  const [first] = differing;
  const isOpen = differing.length < outcomes.length;
  return { expectation, outcomes, finding: first && findingOf(expectation, first, isOpen) };
}

/** `isOpen`: the policy may meet the line, or not. */
function findingOf(
  expectation: Expectation,
  { outcome, found }: { readonly outcome: Outcome; readonly found: string },
  isOpen: boolean,
): Diagnostic {
  if (!isOpen && lacksRoute(expectation, outcome)) {
    return diagnostic(
      PROBLEMS.missingRoute,
      expectation.span,
      `expected \`${expectation.verdict}\`, but nothing leads to where the packet goes`,
      {
        hint: 'Say where it goes: `out ZONE` in this line, or `given route PREFIX out ZONE` in the block.',
        labels: decidingLabels(outcome),
      },
    );
  }
  const kind = isOpen ? PROBLEMS.undecidedExpectation : PROBLEMS.unmetExpectation;
  const message = `expected \`${expectation.verdict}\`, but ${isOpen ? 'it may also be that ' : ''}${found}`;
  return diagnostic(kind, expectation.span, message, { labels: decidingLabels(outcome), hint: hintFor(outcome) });
}

function lacksRoute({ out }: Expectation, { fate }: Outcome): boolean {
  if (out !== undefined || fate.kind !== 'rejected' || fate.by !== 'host' || fate.with === 'tcp-reset') return false;
  return (fate.with.type === 3 || fate.with.type === 1) && fate.with.code === 0;
}

/** Where the last rule or block that had a say stands: it decided. */
function decidingLabels({ spoke }: Outcome): Label[] {
  const last = spoke.findLast(({ origin }) => origin !== undefined);
  if (last?.origin === undefined) return [];
  return [{ span: last.origin.span, text: `decided here: ${last.block} says ${last.did}` }];
}

function hintFor({ fate, spoke }: Outcome): string | undefined {
  if (fate.kind === 'gone' && fate.by === 'host') {
    return `No rule decided: the host's own IP layer drops such packets (${fate.why}).`;
  }
  const last = spoke.at(-1);
  if (last === undefined) return 'No block of the policy speaks of the packet, so nothing stops it.';
  return last.origin === undefined ? 'It follows a flow that was let through before.' : undefined;
}
