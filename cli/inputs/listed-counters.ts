/** Counters of rules for `sluice explain --analyze`: as a plane's tool lists them, in a file or as they are now. */
import { spawnSync } from 'node:child_process';
import type { Profile } from '../../compiler/4-program/hits.ts';
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import { PROBLEMS } from '../problems.ts';
import { profileOf, readProfile } from './profile-file.ts';

/** What names the kernel instead of a file. */
const KERNEL = 'kernel';
const COMMAND = ['nft', '-j', 'list', 'counters'] as const;

/** Whether a value of `--analyze` is about counters: classes are named with their interface. */
export function isOfCounters(wanted: string): boolean {
  return !wanted.includes('=');
}

/** The counters of all that is named, as one; undefined: none is. */
export function listedCounters(wanted: readonly string[]): {
  readonly profile: Profile | undefined;
  readonly findings: readonly Diagnostic[];
} {
  const results = wanted.map((name) => {
    const read = name === KERNEL ? inKernel() : readProfile(name);
    return 'finding' in read ? read : profileOf(name === KERNEL ? 'the kernel' : name, read.text);
  });
  const packets = new Map<string, number>();
  for (const result of results) {
    if ('finding' in result || result.profile.kind !== 'by counter') continue;
    for (const [counter, count] of result.profile.packets) packets.set(counter, (packets.get(counter) ?? 0) + count);
  }
  const findings = results.flatMap((result) => ('finding' in result ? [result.finding] : []));
  const isRead = findings.length < results.length;
  return { profile: isRead ? { kind: 'by counter', file: wanted.join(', '), packets } : undefined, findings };
}

function inKernel(): { readonly text: string } | { readonly finding: Diagnostic } {
  const { status, stdout, stderr, error } = spawnSync(COMMAND[0], COMMAND.slice(1), {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status === 0) return { text: stdout };
  const why = error?.message ?? stderr.trim().split('\n')[0]!;
  const hint = `List them as root, \`${COMMAND.join(' ')} > FILE\`, and analyze that file.`;
  return {
    finding: diagnostic(PROBLEMS.unlistedCounters, undefined, `the kernel's counters cannot be listed: ${why}`, {
      hint,
    }),
  };
}
