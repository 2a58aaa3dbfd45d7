import { existsSync, readFileSync, readdirSync } from 'node:fs';
import type { CalendarDate, Inputs } from '../../compiler/inputs.ts';

const library = new URL('../../stdlib/', import.meta.url);

/** What a compile reads, from a folder and the project's own standard library. */
export function inputsOfFolder(folder: URL, today: CalendarDate | undefined): Inputs {
  return {
    read: (path) => bytesOf(new URL(path, folder)),
    standard: (name) => {
      const bytes = bytesOf(new URL(`${name}.sluice`, library));
      return bytes && new TextDecoder().decode(bytes);
    },
    standardNames: readdirSync(library)
      .filter((file) => file.endsWith('.sluice'))
      .map((file) => file.slice(0, -'.sluice'.length)),
    today,
  };
}

function bytesOf(file: URL): Uint8Array | undefined {
  return existsSync(file) ? readFileSync(file) : undefined;
}
