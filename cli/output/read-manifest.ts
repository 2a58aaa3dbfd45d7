/** What an output folder's manifest says, as far as later commands ask for it. */
import { FORMAT } from './manifest.ts';

export interface FormerManifest {
  readonly outputs: readonly { readonly path: string; readonly sha256: string }[];
  /** The build of each plane of each target. */
  readonly builds: readonly { readonly target: string; readonly plane: string; readonly build: string }[];
}

/** The paths of what was written, and of what loading makes of it; undefined: the text is no manifest of Sluice's. */
export function outputsOfManifest(text: string): readonly string[] | undefined {
  const manifest = parsed(text);
  if (!manifest || typeof manifest['sluice'] !== 'string') return undefined;
  const outputs = all(manifest['outputs'], (output) => stringOf(output, 'path'));
  return outputs && [...outputs, ...(all(manifest['targets'], madeFor) ?? []).flat()];
}

/** What loading the planes of a target makes beside their files. */
function madeFor(target: Data): readonly string[] | undefined {
  const name = stringOf(target, 'name');
  return all(target['planes'], ({ makes }) => {
    if (makes === undefined) return [];
    return Array.isArray(makes) ? makes.map((path) => `${name}/${path}`) : undefined;
  })?.flat();
}

/** A manifest of the format that this version writes; undefined: the text is none. */
export function readManifest(text: string): FormerManifest | undefined {
  const manifest = parsed(text);
  if (!manifest || typeof manifest['sluice'] !== 'string' || manifest['format'] !== FORMAT) return undefined;
  const outputs = all(manifest['outputs'], (output) => {
    const [path, sha256] = [stringOf(output, 'path'), stringOf(output, 'sha256')];
    return path === undefined || sha256 === undefined ? undefined : { path, sha256 };
  });
  const builds = all(manifest['targets'], (target) => {
    const name = stringOf(target, 'name');
    return all(target['planes'], (one) => {
      const [plane, build] = [stringOf(one, 'plane'), stringOf(one, 'build')];
      return name === undefined || plane === undefined || build === undefined
        ? undefined
        : { target: name, plane, build };
    });
  });
  return outputs && builds && { outputs, builds: builds.flat() };
}

type Data = Readonly<Record<string, unknown>>;

function parsed(text: string): Data | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isData(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null;
}

function stringOf(data: Data, key: string): string | undefined {
  const value = data[key];
  return typeof value === 'string' ? value : undefined;
}

/** What `read` makes of each entry of a list; undefined where it is none, or one of them is wrong. */
function all<Entry>(list: unknown, read: (entry: Data) => Entry | undefined): readonly Entry[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const entries = list.map((entry: unknown) => (isData(entry) ? read(entry) : undefined));
  return entries.every((entry) => entry !== undefined) ? entries : undefined;
}
