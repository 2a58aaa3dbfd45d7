/** The file of an earlier `sluice optimize`, which `--since` names: read before anything is written, for it may be replaced. */
import { readFileSync } from 'node:fs';
import { UNNAMED_BUILD } from '../../compiler/compile.ts';
import type { FormerBuild } from '../../compiler/plane.ts';
import { buildHash } from '../output/build-hash.ts';
import { isSystemError, reasonOf } from '../system-error.ts';

/** Its build; or why it cannot be used, in words that follow a colon. */
export type OpenedRuleset =
  { readonly kind: 'build'; readonly former: FormerBuild } | { readonly kind: 'unusable'; readonly why: string };

/** What the build's name stands in: the file's head, and the chain behind it. */
const HEAD_BYTES = 4096;
const BUILD = /^\tchain build_([0-9a-f]{64}) \{$/m;

/** `ruleset`: the path that the file has as an artifact. */
export function readFormerRuleset(path: string, ruleset: string): OpenedRuleset {
  try {
    const content = readFileSync(path);
    const build = BUILD.exec(content.subarray(0, HEAD_BYTES).toString('latin1'))?.[1];
    const former = build !== undefined && { build, files: new Map([[ruleset, content]]) };
    if (!former) return unusable(`${path} is no file that this version of Sluice has written`);
    return isAsWritten(former, ruleset)
      ? { kind: 'build', former }
      : unusable(`${path} is not what Sluice wrote there`);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return unusable(`${path} cannot be read: ${reasonOf(error)}`);
  }
}

/** Whether the file is as it was written: its build's name is a hash of it. */
function isAsWritten({ build, files }: FormerBuild, ruleset: string): boolean {
  const content = files.get(ruleset)!;
  const head = Buffer.from(content.subarray(0, HEAD_BYTES)).toString('latin1').replaceAll(build, UNNAMED_BUILD);
  const unnamed = [Buffer.from(head, 'latin1'), content.subarray(HEAD_BYTES)];
  return buildHash([{ path: ruleset, content: unnamed, description: '' }]) === build;
}

function unusable(why: string): OpenedRuleset {
  return { kind: 'unusable', why };
}
