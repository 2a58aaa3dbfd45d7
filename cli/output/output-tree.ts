/** All files of an output folder: what the planes made, each target in a folder of its own, then what tells about them. */
import type { TargetOutput } from '../../compiler/compile.ts';
import { MANIFEST, manifestText, type DescribedFile, type ManifestParts } from './manifest.ts';
import type { OutputFile } from './output-file.ts';
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
    target.planes.flatMap(({ plane, artifacts, since }) =>
      [...artifacts, ...(since?.outcome.kind === 'delta' ? since.outcome.artifacts : [])].map(
        ({ path, content, description }) => {
          if (!isInside(path)) throw new Error(`the plane ${plane} made a file of the path ${path}`);
          return { path: `${target.name}/${path}`, content, description };
        },
      ),
    ),
  );
  const paths = new Set(files.map(({ path }) => path));
  if (paths.size < files.length) throw new Error('two planes made files of one path');
  return files;
}

function sourceMap(targets: readonly TargetOutput[]): DescribedFile {
  const description = 'which line of the policy each line of an artifact carries out';
  return { path: SOURCE_MAP, content: sourceMapContent(targets), description };
}

/** Whether a path stays in the folder that it is relative to. */
function isInside(path: string): boolean {
  return path.split('/').every((step) => step !== '' && step !== '.' && step !== '..') && !path.includes('\0');
}
