/** All files of an output folder: what the planes made, each target in a folder of its own, then what tells about them. */
import type { TargetOutput } from '../../compiler/compile.ts';
import { MANIFEST, manifestText, type DescribedFile, type ManifestParts } from './manifest.ts';
import { sha256Of, type OutputFile } from './output-file.ts';
import { SOURCE_MAP, sourceMapContent } from './source-map.ts';

/** The files that tell what is in the folder and where it came from. */
export interface OutputTree {
  /** What the manifest lists: artifacts and the source map. */
  readonly described: readonly DescribedFile[];
  /** Everything, the manifest included. */
  readonly files: readonly OutputFile[];
}

export function outputTree(parts: Omit<ManifestParts, 'files'>): OutputTree {
  const described = [...artifactsOf(parts.targets), sourceMap(parts.targets)];
  const manifest = {
    path: MANIFEST,
    content: [new TextEncoder().encode(manifestText({ ...parts, files: described }))],
  };
  return { described, files: [...described, manifest] };
}

/** The files of all planes, by the targets' folders. */
function artifactsOf(targets: readonly TargetOutput[]): readonly DescribedFile[] {
  const files = targets.flatMap((target) =>
    [...target.planes, ...target.gone.map((one) => ({ ...one, artifacts: [] }))].flatMap(
      ({ plane, artifacts, since }) =>
        [...artifacts, ...(since?.outcome.kind === 'delta' ? since.outcome.artifacts : [])].map(
          ({ path, content, description }) => {
            if (!isInside(path)) throw new Error(`the plane ${plane} made a file of the path ${path}`);
            return { path: `${target.name}/${path}`, content, description };
          },
        ),
    ),
  );
  return withoutRepeated(files);
}

/** What two planes have in common, such as a loader, is there once. */
function withoutRepeated(files: readonly DescribedFile[]): readonly DescribedFile[] {
  const byPath = new Map<string, DescribedFile>();
  for (const file of files) {
    const known = byPath.get(file.path);
    if (known && sha256Of(known.content) !== sha256Of(file.content)) {
      throw new Error(`two planes made different files of the path ${file.path}`);
    }
    if (!known) byPath.set(file.path, file);
  }
  return [...byPath.values()];
}

function sourceMap(targets: readonly TargetOutput[]): DescribedFile {
  const description = 'which line of the policy each line of an artifact carries out';
  return { path: SOURCE_MAP, content: sourceMapContent(targets), description };
}

/** Whether a path stays in the folder that it is relative to. */
function isInside(path: string): boolean {
  return path.split('/').every((step) => step !== '' && step !== '.' && step !== '..') && !path.includes('\0');
}
