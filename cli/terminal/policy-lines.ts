/** Lines of a policy for people. */
import type { PolicyLines } from '../../compiler/explain/explained.ts';

/** `12, 14-20`, at most so many runs of them, with the file's name unless it is the main one. */
export function linesText({ path, lines }: PolicyLines, mainPath: string, most: number): string {
  const runs: [number, number][] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last && line === last[1] + 1) last[1] = line;
    else runs.push([line, line]);
  }
  const texts = runs.slice(0, most).map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
  const text = `${texts.join(', ')}${runs.length > most ? ', …' : ''}`;
  return path === mainPath ? text : `${path}:${text}`;
}
