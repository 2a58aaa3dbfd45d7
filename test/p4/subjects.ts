/** Policies to be tried with real compilers and a switch: examples that have `mitigate`, and random ones. */
import fastCheck, { type Arbitrary } from 'fast-check';
import { readFileSync } from 'node:fs';
import { NICS } from '../../backends/p4/targets/index.ts';
import type { Policy } from '../../compiler/model/index.ts';
import { mitigationPolicy } from '../arbitraries/policy/mitigation.ts';
import { NIC_INTERFACES, nicFilteringPolicy } from '../arbitraries/policy/nic-filtering.ts';
import type { RandomPolicy } from '../arbitraries/policy/policy.ts';
import { inputsOfFolder } from '../builders/inputs-of-folder.ts';
import { compileForNic, onNic, type NicFiles } from '../builders/nic-files.ts';
import { inputsWith } from '../builders/ruleset.ts';
import type { Architecture } from './tools.ts';

export interface Subject {
  readonly name: string;
  readonly architecture: Architecture;
  readonly policy: Policy;
  /** The NIC's ports to the network. */
  readonly interfaces: readonly string[];
  /** Of the plane `p4`, by path. */
  readonly files: ReadonlyMap<string, string>;
}

/** Examples that a NIC can take something of, and the interfaces that are a NIC's here. Two of them leave it nothing to drop. */
const EXAMPLES = [
  ['smart-nic', ['eth0']],
  ['nic-router', ['eth0', 'eth1']],
  ['edge-mitigation', ['eth0']],
  ['anycast-edge', ['eth0']],
  ['campus-isp', ['uplink0', 'lan0']],
  ['maglev-lb', ['eth0', 'eth1']],
] as const;

export function exampleSubjects(architecture: Architecture): readonly Subject[] {
  const nics = NICS.filter((nic) => nic.architecture === architecture && nic.open !== undefined);
  return [
    ...EXAMPLES.map((example) => exampleSubject(example, architecture, architecture)),
    ...nics.flatMap(({ name }) =>
      EXAMPLES.slice(0, 2).map((example) => exampleSubject(example, architecture, name, `${example[0]} on ${name}`)),
    ),
  ];
}

function exampleSubject(
  [example, interfaces]: (typeof EXAMPLES)[number],
  architecture: Architecture,
  nic: string,
  name: string = example,
): Subject {
  const folder = new URL(`../../examples/${example}/`, import.meta.url);
  const own = readFileSync(new URL('policy.sluice', folder), 'utf8');
  const line = `p4 ${nic} on ${interfaces.join(', ')}`;
  const text = /^ *p4 /m.test(own)
    ? own.replace(/^( *)p4 .*/m, `$1${line}`)
    : own.replace(/^target (\w+) \{/m, `target $1 {\n  ${line}`);
  const subject = subjectOf(name, architecture, interfaces, compileForNic(text, inputsOfFolder(folder, undefined)));
  if (!subject) throw new Error(`${name}: nothing for a NIC`);
  return subject;
}

/** How many random ones, and from which seed. */
export interface Draw {
  readonly seed: number;
  readonly count: number;
}

/** Of `mitigate`. */
export function randomSubjects(architecture: Architecture, draw: Draw): readonly Subject[] {
  return subjectsFrom(mitigationPolicy(), (text) => onNic(text, architecture), architecture, draw);
}

/** Of stateless filters, at times behind `mitigate`. */
export function randomFilterSubjects(architecture: Architecture, draw: Draw): readonly Subject[] {
  return subjectsFrom(nicFilteringPolicy(), (text) => text.replace('ARCHITECTURE', architecture), architecture, draw);
}

/** Policies that are in error, such as those with empty sets, are passed over. */
function subjectsFrom(
  policies: Arbitrary<RandomPolicy>,
  onNicOf: (text: string) => string,
  architecture: Architecture,
  { seed, count }: Draw,
): readonly Subject[] {
  const found: Subject[] = [];
  for (const { policy, files } of fastCheck.sample(policies, { seed, numRuns: 8 * count })) {
    if (found.length >= count) break;
    const name = `random policy ${found.length + 1}`;
    const compiled = compileForNic(onNicOf(policy), inputsWith(files));
    const subject = subjectOf(name, architecture, NIC_INTERFACES, compiled);
    if (subject) found.push(subject);
  }
  if (found.length < count) throw new Error(`${found.length} of ${count} random policies`);
  return found;
}

function subjectOf(
  name: string,
  architecture: Architecture,
  interfaces: readonly string[],
  { policy, files }: NicFiles,
): Subject | undefined {
  return policy && files.size > 0 ? { name, architecture, policy, interfaces, files } : undefined;
}
