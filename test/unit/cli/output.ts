/** Outputs as a compile makes them, for tests of how they are written. */
import type { OutputFile } from '../../../cli/output/output-file.ts';

/** An output of some files, with the manifest that lists them. */
export function outputOf(files: Readonly<Record<string, string>>): readonly OutputFile[] {
  const outputs = Object.keys(files).map((path) => ({ path }));
  const manifest = JSON.stringify({ sluice: '0.0.0', outputs });
  return Object.entries({ ...files, 'manifest.json': manifest }).map(([path, text]) => ({
    path,
    content: [new TextEncoder().encode(text)],
  }));
}
