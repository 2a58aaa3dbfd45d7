/** The classes of a build as they run: their names from its output folder, and what they have let pass from the kernel. */
import { execFileSync } from 'node:child_process';
import type { ExplainedClass } from '../../compiler/explain/explained.ts';
import type { PlaneClass, PlaneClasses } from '../../compiler/plane.ts';
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import { PLANES } from '../planes.ts';
import { PROBLEMS } from '../problems.ts';
import { readFormerOutput } from './former-output.ts';

/** Of one interface with queues, the classes that are listed, those that have sent most first. */
export interface RunningClasses {
  readonly target: string;
  readonly interface: string;
  readonly classes: readonly ExplainedClass[];
}

export interface Running {
  readonly interfaces: readonly RunningClasses[];
  readonly findings: readonly Diagnostic[];
}

const LONGEST_LIST = 2 ** 30;

type Environment = Readonly<Record<string, string | undefined>>;

/** `wanted`: only this target; undefined: all. Runs the planes' own tools. */
export function runningClasses(folder: string, wanted: string | undefined, environment: Environment): Running {
  const former = readFormerOutput(folder);
  if (former.kind === 'unusable') return wrong(former.why, 'Name the folder that `sluice compile -o` wrote.');
  const targets = former.targets.filter((target) => wanted === undefined || target === wanted);
  const interfaces: RunningClasses[] = [];
  const findings: Diagnostic[] = [];
  for (const target of targets) {
    for (const { name: plane, classes } of PLANES) {
      const build = classes && former.buildOf(target, plane);
      if (!build) continue;
      for (const [name, named] of byInterface(classes.namesIn(build.files))) {
        const listed = listedOf(target, name, named, classes, environment);
        interfaces.push(...listed.running);
        findings.push(...listed.findings);
      }
    }
  }
  if (interfaces.length > 0 || findings.length > 0) return { interfaces, findings };
  const known = former.targets.map((target) => `\`${target}\``).join(', ');
  return wrong(
    wanted === undefined ? `${folder} holds no classes` : `${folder} holds no classes of a target \`${wanted}\``,
    `Its targets are ${known}; classes come from \`shape\` blocks.`,
  );
}

function wrong(message: string, hint: string): Running {
  return { interfaces: [], findings: [diagnostic(PROBLEMS.noRunningClasses, undefined, message, { hint })] };
}

function byInterface(named: readonly PlaneClass[]): ReadonlyMap<string, readonly PlaneClass[]> {
  const found = new Map<string, PlaneClass[]>();
  for (const one of named) {
    const own = found.get(one.interface);
    if (own) own.push(one);
    else found.set(one.interface, [one]);
  }
  return found;
}

interface Listed {
  readonly running: readonly RunningClasses[];
  readonly findings: readonly Diagnostic[];
}

function listedOf(
  target: string,
  name: string,
  named: readonly PlaneClass[],
  { command, read }: PlaneClasses,
  environment: Environment,
): Listed {
  const words = command(name);
  const listed = said(words, environment);
  const traffic = 'text' in listed ? read(listed.text) : undefined;
  if (!traffic) {
    const why = 'why' in listed ? listed.why : 'it lists no classes';
    const message = `\`${words.join(' ')}\` does not tell what classes have sent: ${why}`;
    const hint = 'Run this on the host that has the build loaded.';
    return { running: [], findings: [diagnostic(PROBLEMS.noRunningClasses, undefined, message, { hint })] };
  }
  const classes = named
    .flatMap(({ number, name: own }) => {
      const passed = traffic.get(number);
      return passed ? [{ name: own, ...passed }] : [];
    })
    .toSorted((a, b) => b.bytes - a.bytes);
  const missing = named.filter(({ number }) => !traffic.has(number)).map((one) => one.name);
  return { running: [{ target, interface: name, classes }], findings: unlisted(name, missing) };
}

function unlisted(name: string, [first, ...more]: readonly string[]): readonly Diagnostic[] {
  if (first === undefined) return [];
  const others = more.length > 0 ? `, and ${more.length} more` : '';
  const message = `\`${name}\` has no class \`${first}\`${others}`;
  const hint = 'Load the build, or name the folder of the one that runs there.';
  return [diagnostic(PROBLEMS.otherClasses, undefined, message, { hint })];
}

/** What a tool prints, or why it does not. */
function said(
  [tool = '', ...words]: readonly string[],
  environment: Environment,
): { readonly text: string } | { readonly why: string } {
  try {
    const text = execFileSync(tool, words, {
      encoding: 'utf8',
      maxBuffer: LONGEST_LIST,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { text };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if ('code' in error && error.code === 'ENOENT') return { why: `there is no ${tool}` };
    const [line = ''] = ('stderr' in error ? String(error.stderr) : '').split('\n');
    return { why: line === '' ? 'it failed' : line };
  }
}
