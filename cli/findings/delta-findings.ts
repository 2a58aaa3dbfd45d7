/** Where no delta leads from an earlier output to the one that was made, as findings. */
import type { TargetOutput } from '../../compiler/compile.ts';
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { OpenedFormer } from '../inputs/former-output.ts';
import { PROBLEMS } from '../problems.ts';

const HINT = 'Load this output as a whole; the next one can be made with it as `--since`.';

/** For each plane of each target that there is no delta for. */
export function deltaFindings(former: OpenedFormer, targets: readonly TargetOutput[]): readonly Diagnostic[] {
  const missing = (message: string): Diagnostic => diagnostic(PROBLEMS.noDelta, undefined, message, { hint: HINT });
  if (former.kind === 'unusable') return [missing(`there is no delta: ${former.why}`)];
  return targets.flatMap(({ name, planes, gone }) =>
    [...planes, ...gone].flatMap(({ plane, since }) => {
      const where = `there is no delta for ${name}, ${plane}`;
      if (!since) return [missing(`${where}: the earlier output has no such target and plane`)];
      return since.outcome.kind === 'none' ? [missing(`${where}: ${since.outcome.why}`)] : [];
    }),
  );
}
