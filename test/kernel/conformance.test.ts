/**
 * Does the kernel, with the emitted rule set, do what the reference semantics say? Random policies, packets drawn around
 * their edges; see conformance/README.md.
 */
import fastCheck from 'fast-check';
import { expect, test } from 'vitest';
import { PLANES } from '../../cli/planes.ts';
import { isError, type Diagnostic } from '../../grammar/diagnostic.ts';
import { without } from '../arbitraries/policy/features.ts';
import { randomPolicy } from '../arbitraries/policy/policy.ts';
import { ingressPolicy, leavingPolicy, shapingPolicy } from '../arbitraries/policy/shaping.ts';
import { count, seed } from '../sampling.ts';
import { buildPolicy, type BuildOptions, type Built, type PolicyText } from './conformance/build.ts';
import { examine } from './conformance/examine.ts';
import { keepCase } from './conformance/kept-cases.ts';
import { NETWORK } from './conformance/network.ts';
import { formatFailure } from './conformance/report.ts';
import { agrees, tryPolicy } from './conformance/run.ts';
import type { Script } from './conformance/script.ts';
import { describeWithKernel } from './harness/require-kernel.ts';

const POLICIES = count(20, 220);
/** As many more have a counter for each rule. */
const COUNTED_POLICIES = count(8, 60);
/** And as many shape what leaves. */
const SHAPING_POLICIES = count(10, 100);
const INGRESS_POLICIES = count(6, 100);
const LEAVING_POLICIES = count(1, 60);
const PACKETS = 1000;

/** With a rule that asks for a protocol by its number and for ports, nft 1.0.6 can list nothing (an assertion of its own fails). */
const UNLISTED = 'protocol numbers';

/**
 * Of what nftables has exact words for here and there only, every third policy may have anything: many of those are
 * refused, which leaves the smaller ones.
 */
const plain = without(UNLISTED, 'wire addresses', 'addresses of zones');
const policies = fastCheck.oneof(
  { weight: 2, arbitrary: randomPolicy(plain) },
  { weight: 1, arbitrary: randomPolicy(without(UNLISTED)) },
);

/** Refusals that come by chance: a set that is empty, or of all addresses where that says something, a target of the wrong family, what no rule of nftables can say. */
const CHANCE = new Set(['SL0214', 'SL0323', 'SL0504', 'SL0701']);

/** How many smaller policies are tried once one has failed. */
const SHRINKING_TRIES = 120;

describeWithKernel('kernel conformance', () => {
  test(`of ${POLICIES} random policies`, () => conform(policies, POLICIES, {}));
  test(`of ${COUNTED_POLICIES} with a counter for each rule`, () =>
    conform(policies, COUNTED_POLICIES, { keepCounters: true }));
  test(`of ${SHAPING_POLICIES} that shape, class by class`, () => conform(shapingPolicy(), SHAPING_POLICIES, {}));
  test(`of ${LEAVING_POLICIES} of which a program finds the classes, where it can`, () =>
    conform(leavingPolicy('with nat'), LEAVING_POLICIES, { planes: PLANES }));
  test(`of ${INGRESS_POLICIES} that shape what comes in`, () => conform(ingressPolicy(), INGRESS_POLICIES, {}));
});

/** So many random policies do in the kernel what the reference says, and count what it counts. */
async function conform(texts: fastCheck.Arbitrary<PolicyText>, wanted: number, options: BuildOptions): Promise<void> {
  const hunt = new Hunt(options);
  const property = fastCheck.asyncProperty(texts, fastCheck.nat(), async (text, draw) => {
    if (hunt.isOver) return;
    const outcome = buildPolicy(text, options);
    if (outcome.kind === 'refused') {
      expect(unexpected(outcome.diagnostics), text.policy).toEqual([]);
      return fastCheck.pre(false);
    }
    await hunt.examine(text, outcome.built, draw);
  });
  // What fails here shrinks for long, so it is told in the end and not by every try.
  const details = await fastCheck.check(property, { seed, numRuns: wanted, maxSkipsPerRun: 20 });
  if (details.failed) {
    throw new Error(hunt.tell() ?? fastCheck.defaultReportMessage(details) ?? 'no policy was tried');
  }
  expect(hunt.packets).toBeGreaterThan(wanted * PACKETS * 0.9);
  // A comparison of nothing but drops would say little.
  expect(hunt.passed).toBeGreaterThan(hunt.packets / 10);
}

function unexpected(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics
    .filter((one) => isError(one) && !CHANCE.has(one.code))
    .map(({ code, message }) => `${code} ${message}`);
}

/** Counts what agrees; once something differs, tries its packets on ever smaller policies. */
class Hunt {
  packets = 0;
  passed = 0;
  /** The smallest case that failed. */
  failure: { readonly text: PolicyText; readonly script: Script; readonly report: string } | undefined;
  readonly #options: BuildOptions;
  #tries = 0;

  constructor(options: BuildOptions) {
    this.#options = options;
  }

  get isOver(): boolean {
    return this.#tries >= SHRINKING_TRIES;
  }

  async examine(text: PolicyText, built: Built, draw: number): Promise<void> {
    if (this.failure !== undefined) return this.#tryAgain(this.failure.script, text, built);
    const { result, script, report } = await examine(text, built, PACKETS, draw);
    this.packets += result.compared;
    this.passed += (result.fates.get('forwarded') ?? 0) + (result.fates.get('delivered') ?? 0);
    if (report !== undefined) this.#fail({ text, script, report });
  }

  async #tryAgain(script: Script, text: PolicyText, built: Built): Promise<void> {
    this.#tries += 1;
    const result = await tryPolicy(NETWORK, built, script);
    if (!agrees(result)) this.#fail({ text, script, report: formatFailure(text, built.ruleset, result) });
  }

  #fail(failure: NonNullable<Hunt['failure']>): void {
    this.failure = failure;
    throw new Error('kernel and reference differ');
  }

  /** Writes the smallest case down and tells it. */
  tell(): string | undefined {
    if (this.failure === undefined) return undefined;
    const { text, script, report } = this.failure;
    return `${report}\n--- kept as test/cases/conformance/${keepCase(text, this.#options, script)} ---`;
  }
}
