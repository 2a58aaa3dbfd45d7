/** Linting texts, as the tests of rules do. */
import { PLANES } from '../../../cli/planes.ts';
import { lintPolicy, type LintedPolicy } from '../../../compiler/lint/lint.ts';
import { EXAMPLE_DAY } from '../../../compiler/lint/rule.ts';
import { inputsOfFolder } from '../../builders/inputs-of-folder.ts';

const inputs = inputsOfFolder(new URL('./', import.meta.url), EXAMPLE_DAY);

/** The table that examples read: 5,000 rooms. */
const ROOMS = [
  'net,id',
  ...Array.from({ length: 5000 }, (_, room) => `10.${room >> 8}.${room & 255}.0/24,${room + 1}`),
  '',
].join('\n');

/** What lint says of a policy on the day of the examples; the policy must have no errors. */
export function lintText(text: string): LintedPolicy {
  const read = (path: string) => (path === 'rooms.csv' ? new TextEncoder().encode(ROOMS) : undefined);
  const linted = lintPolicy({ path: 'policy.sluice', text }, { ...inputs, read }, { planes: PLANES });
  const errors = linted.diagnostics.filter(({ code, severity }) => severity === 'error' && !code.startsWith('SL14'));
  if (errors.length > 0) throw new Error(errors.map(({ code, message }) => `${code}: ${message}`).join('\n'));
  return linted;
}

/** The messages of one rule. */
export function messagesOf(rule: string, text: string): string[] {
  return lintText(text).findings.flatMap((finding) => (finding.rule.name === rule ? [finding.diagnostic.message] : []));
}
