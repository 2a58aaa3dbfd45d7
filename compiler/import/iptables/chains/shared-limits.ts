/** Limits that count for several places of a dump together: a policy has a bucket for each use of a group. */
import { diagnostic, type Diagnostic } from '../../../../grammar/diagnostic.ts';
import type { Span } from '../../../../grammar/source.ts';
import { PROBLEMS } from '../problems.ts';
import { isCounting, type ImportedRule } from '../rules.ts';
import type { Rules } from './uses.ts';

/** The limits of chains that several ways lead to. Lists of `recent` are memories, which all uses of a group share. */
export function sharedUses(rules: Rules, uses: ReadonlyMap<string, number>): Diagnostic[] {
  const shared = [...rules].filter(([chain]) => (uses.get(chain) ?? 0) > 1);
  return shared.flatMap(([chain, list]) =>
    list
      .filter(({ terms }) => terms.some(isCounting))
      .map(({ span }) =>
        refusal(
          span,
          `a limit that counts for all ways into the chain \`${chain}\` together`,
          'Copy the chain for each way into it, so that each copy has a limit of its own, or let one jump lead to it.',
        ),
      ),
  );
}

/** Limits of several rules that count in one table of the kernel, which tables of a family share by their names. */
export function sharedNames(rules: readonly ImportedRule[]): Diagnostic[] {
  const first = new Map<string, Span>();
  const findings: Diagnostic[] = [];
  for (const { family, terms, span } of rules) {
    for (const { shared } of terms) {
      if (shared === undefined) continue;
      const key = `${family} ${shared}`;
      const before = first.get(key);
      if (!before) first.set(key, span);
      else {
        const message = `limits of several rules that share the table \`${shared}\``;
        const hint = 'Give each rule a `--hashlimit-name` of its own; each then has buckets of its own, too.';
        findings.push(refusal(span, message, hint, before));
      }
    }
  }
  return findings;
}

function refusal(span: Span, message: string, hint: string, before?: Span): Diagnostic {
  const labels = before ? [{ span: before, text: 'shares it' }] : [];
  return diagnostic(PROBLEMS.unsayable, span, `a policy cannot say exactly: ${message}`, { hint, labels });
}
