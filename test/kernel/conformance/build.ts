/** From a policy's text to what the kernel loads, by the compiler's own pipeline. */
import { readdirSync, readFileSync } from 'node:fs';
import { nftables } from '../../../backends/nftables/index.ts';
import { tc } from '../../../backends/tc/index.ts';
import { compile, type LowerOptions } from '../../../compiler/compile.ts';
import type { Inputs } from '../../../compiler/inputs.ts';
import type { Policy } from '../../../compiler/model/policy.ts';
import type { Artifact } from '../../../compiler/plane.ts';
import type { Diagnostic } from '../../../grammar/diagnostic.ts';
import { isError } from '../../../grammar/diagnostic.ts';
import type { SourceFile } from '../../../grammar/source.ts';

/** A policy and the files that it reads, by the names that it calls them. */
export interface PolicyText {
  readonly policy: string;
  readonly files: Readonly<Record<string, string>>;
}

export interface Built {
  readonly policy: Policy;
  /** For `nft -f`. */
  readonly ruleset: string;
  /** For `tc -batch`; undefined: nothing is shaped. */
  readonly queues: string | undefined;
  /** For `nft -f`: what comes in, on its way to queues; undefined: none of it is shaped. */
  readonly redirect: string | undefined;
  /** Numbers of classes by interface and name, as the side file has them: `uplink0 voice/sip`. */
  readonly classes: ReadonlyMap<string, number>;
  /** What the host is asked to be set to. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** The program at XDP, where the target has one. */
  readonly xdp?: readonly Artifact[];
}

/** What came of a policy: the rule set, or why there is none. */
export type BuildResult =
  | { readonly kind: 'built'; readonly built: Built }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

export type BuildOptions = Partial<Pick<LowerOptions, 'keepCounters' | 'planes'>>;

const STANDARD = new URL('../../../stdlib/', import.meta.url);

function inputsOf(files: PolicyText['files']): Inputs {
  const standardNames = readdirSync(STANDARD).flatMap((file) =>
    file.endsWith('.sluice') ? [file.slice(0, -'.sluice'.length)] : [],
  );
  return {
    read: (path) => {
      const content = files[path];
      return content === undefined ? undefined : new TextEncoder().encode(content);
    },
    standard: (name) =>
      standardNames.includes(name) ? readFileSync(new URL(`${name}.sluice`, STANDARD), 'utf8') : undefined,
    standardNames,
    today: { year: 2026, month: 6, day: 1 },
  };
}

export function buildPolicy({ policy: text, files }: PolicyText, options: BuildOptions = {}): BuildResult {
  const main: SourceFile = { path: 'policy.sluice', text };
  const { policy, diagnostics, targets } = compile(main, inputsOf(files), {
    planes: [nftables, tc],
    nameBuild: () => 'conformance',
    ...options,
  });
  const [target] = targets;
  if (policy === undefined || target === undefined || diagnostics.some(isError)) {
    return { kind: 'refused', diagnostics: diagnostics.filter(isError) };
  }
  const artifacts = target.planes.flatMap((plane) => plane.artifacts);
  const xdp = target.planes.find(({ plane }) => plane === 'xdp')?.artifacts;
  return { kind: 'built', built: { policy, ...loadedFrom(artifacts), ...(xdp ? { xdp } : {}) } };
}

/** What of all files the kernel loads. */
export function loadedFrom(artifacts: readonly Artifact[]): Omit<Built, 'policy' | 'xdp'> {
  const ruleset = textOf(artifacts.find(({ path }) => path.endsWith('.nft')));
  const settings = textOf(artifacts.find(({ path }) => path.endsWith('sysctl.conf')));
  const queues = artifacts.find(({ path }) => path.endsWith('up.batch'));
  const redirect = artifacts.find(({ path }) => path.endsWith('ingress.nft'));
  const classes = readClasses(textOf(artifacts.find(({ path }) => path.endsWith('classes.tsv'))));
  const sysctls = readSysctls(settings);
  return {
    ruleset,
    queues: queues && textOf(queues),
    redirect: redirect && textOf(redirect),
    classes,
    sysctls,
  };
}

/** `uplink0 1:2f voice`, with tabs between, behind a head. */
function readClasses(text: string): ReadonlyMap<string, number> {
  const classes = new Map<string, number>();
  for (const line of text.split('\n').slice(1)) {
    const [device, id, name] = line.split('\t');
    if (device === undefined || id === undefined || name === undefined) continue;
    const [upper = 0, lower = 0] = id.split(':').map((part) => Number.parseInt(part, 16));
    classes.set(`${device} ${name}`, upper * 0x10000 + lower);
  }
  return classes;
}

function textOf(artifact: Artifact | undefined): string {
  return artifact === undefined ? '' : artifact.content.map((part) => new TextDecoder().decode(part)).join('');
}

/** `key = value` a line, comments with `#`. */
function readSysctls(text: string): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const [, key, value] = /^\s*([\w.-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) settings[key] = value;
  }
  return settings;
}
