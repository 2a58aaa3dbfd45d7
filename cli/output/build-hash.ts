/** The name of a build: the same for the same inputs, choices and version of Sluice, and for nothing else. */
import { createHash } from 'node:crypto';
import type { InputRecord } from '../inputs/recorded-inputs.ts';
import { choicesAsData, type CompileChoices } from './manifest.ts';

/** SHA-256 in hexadecimal digits. `policy`: the path, among `inputs`, of the policy itself. */
export function buildHash(
  version: string,
  policy: string,
  inputs: readonly InputRecord[],
  choices: CompileChoices,
): string {
  const everything = JSON.stringify([version, policy, inputs, choicesAsData(choices)]);
  return createHash('sha256').update(everything).digest('hex');
}
