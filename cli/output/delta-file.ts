/** The one file of `sluice optimize --since`: what leads from an earlier file to the one that was made, beside it. */
import { rmSync } from 'node:fs';
import type { PlaneOutput } from '../../compiler/compile.ts';
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { OpenedRuleset } from '../inputs/former-ruleset.ts';
import { PROBLEMS } from '../problems.ts';
import { sinceLines } from '../terminal/summary.ts';
import { replaceFile } from './replace-file.ts';

/** As an artifact of the plane. */
const DELTA = 'nftables/delta.nft';

const HINT = 'Load the new file as a whole; the next one can be made with it as `--since`.';

export interface DeltaFile {
  readonly findings: readonly Diagnostic[];
  /** Undefined: there is nothing to load, or nothing leads there. */
  readonly content: readonly Uint8Array[] | undefined;
  /** What people are told, where it is written to this path. */
  readonly told: ((path: string) => string) | undefined;
}

/** `rules.nft`: `rules.delta.nft` */
export function deltaPath(output: string): string {
  return `${output.replace(/\.nft$/, '')}.delta.nft`;
}

/** What leads from the earlier file to the plane's build. */
export function deltaFrom(earlier: OpenedRuleset, { since }: PlaneOutput): DeltaFile {
  if (earlier.kind === 'unusable') return none(earlier.why);
  if (!since) return none('the earlier file is of another plane');
  if (since.outcome.kind === 'none') return none(since.outcome.why);
  const { build, outcome } = since;
  const told = (path: string): string => {
    const lines = sinceLines(
      { build, outcome: outcome.kind === 'delta' ? { ...outcome, load: [`nft -f ${path}`] } : outcome },
      '',
    );
    return lines.map((line) => `${line.replace(/^ {2}/, '')}\n`).join('');
  };
  const content = outcome.kind === 'delta' ? outcome.artifacts.find(({ path }) => path === DELTA)?.content : undefined;
  return { findings: [], content, told };
}

function none(why: string): DeltaFile {
  const finding = diagnostic(PROBLEMS.noDelta, undefined, `there is no delta: ${why}`, { hint: HINT });
  return { findings: [finding], content: undefined, told: undefined };
}

/** Writes the delta; where there is none, takes away that of an earlier time, which leads somewhere else. */
export async function writeDelta(path: string, { content }: DeltaFile): Promise<void> {
  if (content) await replaceFile(path, content);
  else rmSync(path, { force: true });
}
