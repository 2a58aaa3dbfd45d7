/** The policies that every mutant compiles: written for it, kept from failures, and drawn at random. */
import { readFileSync, readdirSync } from 'node:fs';
import fastCheck from 'fast-check';
import type { Inputs } from '../../compiler/inputs.ts';
import { without } from '../arbitraries/policy/features.ts';
import { randomPolicy } from '../arbitraries/policy/policy.ts';
import { buildPolicy, type Built, type PolicyText } from '../kernel/conformance/build.ts';
import { drawWith } from '../kernel/conformance/draw.ts';
import { drawScript } from '../kernel/conformance/draw-script.ts';
import { keptCases } from '../kernel/conformance/kept-cases.ts';
import { NETWORK } from '../kernel/conformance/network.ts';
import type { Script } from '../kernel/conformance/script.ts';
import { inputsOfFolder } from '../builders/inputs-of-folder.ts';

/** A policy, what the compiler as it is makes of it, and the packets that are sent through. */
export interface Specimen {
  readonly name: string;
  readonly text: PolicyText;
  readonly built: Built;
  readonly script: Script;
}

const FOLDER = new URL('corpus/', import.meta.url);
const SHAPING = new URL('shaping/', import.meta.url);

/** What the compile of a specimen reads. */
export function inputsOf({ files }: PolicyText): Inputs {
  const { standard, standardNames } = inputsOfFolder(FOLDER, undefined);
  return {
    read: (path) => (files[path] === undefined ? undefined : new TextEncoder().encode(files[path])),
    standard,
    standardNames,
    today: { year: 2026, month: 6, day: 1 },
  };
}

/** A policy of those that shape. */
export function shapingText(name: string): PolicyText {
  return { policy: readFileSync(new URL(`${name}.sluice`, SHAPING), 'utf8'), files: {} };
}

/** Policies that shape, by their names, and so many packets each. */
export function shapingCorpus(names: readonly string[], packets: number, seed: number): Specimen[] {
  return names.map((name) => {
    const text = shapingText(name);
    const outcome = buildPolicy(text);
    if (outcome.kind === 'refused') throw new Error(`${name}: ${outcome.diagnostics[0]?.message}`);
    const { built } = outcome;
    return { name, text, built, script: drawWith(seed, (draw) => drawScript(built.policy, NETWORK, draw, packets)) };
  });
}

/** The corpus, with so many random policies and packets a policy; refused policies are left out. */
export function corpus(randomPolicies: number, packets: number, seed: number): Specimen[] {
  const written = readdirSync(FOLDER)
    .toSorted()
    .map((name) => ({
      name,
      text: { policy: readFileSync(new URL(name, FOLDER), 'utf8'), files: {} },
    }));
  // With a rule that asks for a protocol by its number and for ports, nft 1.0.6 can list nothing.
  const arbitrary = randomPolicy(without('protocol numbers', 'wire addresses', 'addresses of zones'));
  const random = fastCheck
    .sample(arbitrary, { seed, numRuns: randomPolicies })
    .map((text, index) => ({ name: `random ${index}`, text }));
  return [...written, ...keptCases(), ...random].flatMap((one) => {
    const outcome = buildPolicy(one.text);
    if (outcome.kind === 'refused') {
      if (!one.name.startsWith('random')) throw new Error(`${one.name}: ${outcome.diagnostics[0]?.message}`);
      return [];
    }
    const { built } = outcome;
    const script =
      'script' in one ? one.script : drawWith(seed, (draw) => drawScript(built.policy, NETWORK, draw, packets));
    return [{ name: one.name, text: one.text, built, script }];
  });
}
