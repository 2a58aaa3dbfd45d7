/** Reading back what `emit` has written, with nothing that lowering or emitting uses. */
import { diagnostic, type Diagnostic } from '../../../grammar/diagnostic.ts';
import type { Machine } from '../../../compiler/proof/machine/form.ts';
import { PROBLEMS } from '../problems.ts';
import { unresolvedIn } from './references.ts';
import { Misread } from './misread.ts';
import type { OpaqueWords } from './rules.ts';
import { TableReader } from './table.ts';
import { Text } from './text.ts';

export type { OpaqueWords };

/** What the text says; or what in it is not understood, which is a fault of Sluice's own. */
export function readBack(
  content: readonly Uint8Array[],
  opaque: OpaqueWords,
): { readonly machine: Machine } | { readonly diagnostics: readonly Diagnostic[] } {
  const text = new Text(content);
  try {
    const machine = new TableReader(text, opaque).run();
    const unresolved = unresolvedIn(machine);
    if (unresolved) throw unresolved;
    return { machine };
  } catch (error) {
    if (!(error instanceof Misread)) throw error;
    const { line, message } = error.at(text.line);
    const hint =
      'This is a fault in Sluice: please report it with the policy, or leave the proof out with `--no-proof`.';
    return { diagnostics: [diagnostic(PROBLEMS.notReadBack, undefined, `ruleset.nft:${line}: ${message}`, { hint })] };
  }
}
