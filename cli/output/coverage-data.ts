/** Which rules expectations touch, as data: by file and line, as lcov has it (docs/schemas/coverage.json). */
import { placeOfSpan } from '../../compiler/diagnostics/place.ts';
import type { CoveredRule } from '../../compiler/expectations/coverage.ts';

export interface FileCoverage {
  readonly path: string;
  /** How many rules there are, and how many are touched. */
  readonly found: number;
  readonly hit: number;
  readonly rules: readonly {
    readonly line: number;
    readonly block: string;
    readonly name: string;
    readonly text: string;
    readonly default: boolean;
    readonly hits: number;
  }[];
}

export function coverageAsData(
  rules: readonly CoveredRule[],
  shown: (path: string) => string,
): readonly FileCoverage[] {
  const files = new Map<string, FileCoverage['rules'][number][]>();
  for (const { origin, block, isDefault, hits } of rules) {
    const { path, start } = placeOfSpan(origin.span);
    const own = files.get(shown(path)) ?? [];
    files.set(shown(path), own);
    own.push({ line: start.line, block, name: origin.name, text: origin.text, default: isDefault, hits });
  }
  return [...files].map(([path, own]) => ({
    path,
    found: own.length,
    hit: own.filter(({ hits }) => hits > 0).length,
    rules: own.toSorted((a, b) => a.line - b.line),
  }));
}
