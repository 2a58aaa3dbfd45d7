/**
 * What each example compiles to, kept beside it in `expected/`. `SLUICE_UPDATE=1` writes what is compiled now; read the
 * difference before you commit it.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compile, UNNAMED_BUILD } from '../../../compiler/compile.ts';
import { renderFindings } from '../../../compiler/diagnostics/render.ts';
import { PLANES } from '../../../cli/planes.ts';
import { inputsOfFolder } from '../../builders/inputs-of-folder.ts';

const folder = fileURLToPath(new URL('../../../examples', import.meta.url));
const examples = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const update = process.env['SLUICE_UPDATE'] === '1';
/** The hash of a build changes with every version; what is kept must not. */
const nameBuild = (): string => UNNAMED_BUILD;

function filesBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.map((file) => relative(path, file)).toSorted();
}

function artifactsOf(name: string): Map<string, Buffer> {
  const text = readFileSync(join(folder, name, 'policy.sluice'), 'utf8');
  const inputs = inputsOfFolder(pathToFileURL(`${join(folder, name)}/`), undefined);
  const { targets, diagnostics } = compile({ path: 'policy.sluice', text }, inputs, { planes: PLANES, nameBuild });
  expect(renderFindings(diagnostics)).toBe('');
  const artifacts = new Map<string, Buffer>();
  for (const target of targets) {
    for (const plane of target.planes) {
      for (const { path, content } of plane.artifacts) {
        artifacts.set(`${target.name}/${path}`, Buffer.concat(content));
      }
    }
  }
  return artifacts;
}

function refresh(path: string, artifacts: ReadonlyMap<string, Buffer>): void {
  rmSync(path, { recursive: true, force: true });
  for (const [name, content] of artifacts) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
}

describe.each(examples.map((entry) => entry.name))('example %s', (name) => {
  it('compiles to what stands beside it', () => {
    const expected = join(folder, name, 'expected');
    const artifacts = artifactsOf(name);
    if (update) refresh(expected, artifacts);
    expect([...artifacts.keys()].toSorted()).toEqual(filesBelow(expected));
    for (const [path, content] of artifacts) {
      const kept = readFileSync(join(expected, path));
      if (path.endsWith('.bin')) expect(content.equals(kept), path).toBe(true);
      else expect(content.toString()).toBe(kept.toString());
    }
  });
});
