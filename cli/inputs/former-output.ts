/** The output of an earlier compile, which `--since` names: read before anything is written, for it may be replaced. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FormerBuild } from '../../compiler/plane.ts';
import { MANIFEST } from '../output/manifest.ts';
import { sha256Of } from '../output/output-file.ts';
import { readManifest, type FormerManifest } from '../output/read-manifest.ts';
import { isSystemError, reasonOf } from '../system-error.ts';

export interface FormerOutput {
  readonly kind: 'builds';
  /** Those that have a build. */
  readonly targets: readonly string[];
  /** A plane's build for a target; undefined: there is none. */
  readonly buildOf: (target: string, plane: string) => FormerBuild | undefined;
}

/** An earlier output; or why it cannot be used, in words that follow a colon. */
export type OpenedFormer = FormerOutput | { readonly kind: 'unusable'; readonly why: string };

/** Reads all that an output folder holds, and checks that it is what was written there. */
export function readFormerOutput(folder: string): OpenedFormer {
  try {
    const manifest = readManifest(readFileSync(join(folder, MANIFEST), 'utf8'));
    if (!manifest) return unusable(`${folder} is of another version of Sluice, or no output of it at all`);
    return buildsIn(folder, manifest);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return unusable(`${folder} holds no output that can be read: ${reasonOf(error)}`);
  }
}

function buildsIn(folder: string, { outputs, builds }: FormerManifest): OpenedFormer {
  const filesOf = new Map<string, Map<string, Uint8Array>>(builds.map(({ target }) => [target, new Map()]));
  for (const { path, sha256 } of outputs) {
    const [target = '', ...rest] = path.split('/');
    const files = filesOf.get(target);
    if (!files) continue;
    const content = readFileSync(join(folder, path));
    if (sha256Of([content]) !== sha256) return unusable(`${join(folder, path)} is not what Sluice wrote there`);
    files.set(rest.join('/'), content);
  }
  return {
    kind: 'builds',
    targets: [...filesOf.keys()],
    buildOf: (target, plane) => {
      const found = builds.find((one) => one.target === target && one.plane === plane);
      return found && { build: found.build, files: filesOf.get(target) ?? new Map() };
    },
  };
}

function unusable(why: string): OpenedFormer {
  return { kind: 'unusable', why };
}
