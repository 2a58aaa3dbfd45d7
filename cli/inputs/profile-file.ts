/** The file that `--profile` names: counters as a plane's tool lists them. */
import { readFileSync } from 'node:fs';
import type { Profile } from '../../compiler/4-program/hits.ts';
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { SourceFile } from '../../grammar/source.ts';
import { PLANES } from '../planes.ts';
import { PROBLEMS } from '../problems.ts';
import { reasonOf } from '../system-error.ts';

export type ReadProfile = { readonly text: string; readonly bytes: Uint8Array } | { readonly finding: Diagnostic };

/** The text of the file. */
export function readProfile(path: string): ReadProfile {
  try {
    const bytes = readFileSync(path);
    return { text: bytes.toString('utf8'), bytes };
  } catch (error) {
    return { finding: diagnostic(PROBLEMS.unreadable, undefined, `${path} cannot be read: ${reasonOf(error)}`) };
  }
}

/** What `sluice optimize` takes for a profile. */
export interface Counters {
  /** What nft lists of an earlier build. */
  readonly profile?: Profile;
  /** A dump with counters. */
  readonly dump?: SourceFile;
  /** What is wrong with the file. */
  readonly findings?: readonly Diagnostic[];
}

/** What the file of `sluice optimize --profile` holds. */
export function countersOf(path: string | undefined): Counters {
  if (path === undefined) return {};
  const read = readProfile(path);
  if ('finding' in read) return { findings: [read.finding] };
  if (isDump(read.text)) return { dump: { path, text: read.text } };
  const result = profileOf(path, read.text);
  return 'finding' in result ? { findings: [result.finding] } : result;
}

/** What the text says that some plane has counted; a finding where it is no list of counters. */
export function profileOf(
  path: string,
  text: string,
): { readonly profile: Profile } | { readonly finding: Diagnostic } {
  for (const { readCounters } of PLANES) {
    const packets = readCounters?.(text);
    if (packets) return { profile: { kind: 'by counter', file: path, packets } };
  }
  return { finding: notCounters(path, text) };
}

/** Whether the text is what iptables-save writes. */
function isDump(text: string): boolean {
  return /^\*(filter|nat|mangle|raw|security)\s*$/m.test(text);
}

function notCounters(path: string, text: string): Diagnostic {
  const hint = isDump(text)
    ? 'This is a dump of iptables: `sluice optimize` takes it as a profile of the same rules.'
    : 'Read the counters with `nft -j list counters table inet sluice > FILE`, where a build made with `--keep-counters` runs.';
  return diagnostic(PROBLEMS.noProfile, undefined, `${path} holds no counters as nft lists them`, { hint });
}
