/** Policies as builds, and what leads from one to another. */
import { nftables } from '../../backends/nftables/index.ts';
import { buildHash } from '../../cli/output/build-hash.ts';
import { compile } from '../../compiler/compile.ts';
import type { DeltaOutcome, FormerBuild } from '../../compiler/plane.ts';
import { inputsWith } from './ruleset.ts';

/** A policy's text, and the files that it names. */
interface PolicyText {
  readonly policy: string;
  readonly files: Readonly<Record<string, string>>;
}

/** A policy as it was compiled, and the way to it from another. */
export interface Built {
  readonly former: FormerBuild;
  /** The rule set's text. */
  readonly ruleset: string;
  /** What leads here; undefined where no earlier build was given. */
  readonly outcome: DeltaOutcome | undefined;
}

/** Compiles a policy, with what leads to it from an earlier build; undefined: it does not compile. */
export function build({ policy, files }: PolicyText, since?: FormerBuild): Built | undefined {
  const options = { planes: [nftables], nameBuild: buildHash, ...(since ? { former: () => since } : {}) };
  const { targets } = compile({ path: 'test.sluice', text: policy }, inputsWith(files), options);
  const [plane] = targets.flatMap(({ planes }) => planes);
  if (!plane) return undefined;
  const artifacts = new Map(plane.artifacts.map(({ path, content }) => [path, Buffer.concat(content)] as const));
  return {
    former: { build: plane.build, files: artifacts },
    ruleset: artifacts.get('nftables/ruleset.nft')?.toString() ?? '',
    outcome: plane.since?.outcome,
  };
}

/** The text of a delta that leads from one build to another. */
export function deltaText(outcome: DeltaOutcome | undefined): string {
  if (outcome?.kind !== 'delta') throw new Error(`no delta: ${JSON.stringify(outcome)}`);
  return outcome.artifacts.map(({ content }) => Buffer.concat(content).toString()).join('');
}
