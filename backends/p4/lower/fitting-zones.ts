/** By which zones frames come in, as far as a NIC has room to say: what comes in by none of them goes up. */
import type { Program } from '../../../compiler/4-program/program.ts';
import { diagnostic, type Diagnostic } from '../../../grammar/diagnostic.ts';
import { PROBLEMS } from '../problems.ts';
import { mostEntries } from '../table-size.ts';
import type { NicDescription } from '../targets/index.ts';
import type { ZoneEntry } from '../tree.ts';
import { requestsOf, zoneEntriesOf } from './ports.ts';

/** The first entry that matches counts, so those that do not fit are the last. */
export function fittingZones(
  program: Program,
  nic: NicDescription,
): { readonly entries: readonly ZoneEntry[]; readonly diagnostics: readonly Diagnostic[] } {
  const all = zoneEntriesOf(program);
  const entries = all.slice(0, mostEntries(nic.limits.entriesPerTable ?? Infinity));
  if (entries.length === all.length) return { entries, diagnostics: [] };
  const message = `the NIC tells the zones of ${entries.length} of ${all.length} combinations of port and VLAN`;
  const hint = `\`${nic.name}\` has ${nic.limits.entriesPerTable} entries in a table. What comes in by the others goes up: name VLANs in fewer and larger ranges.`;
  return { entries, diagnostics: [diagnostic(PROBLEMS.tooMany, requestsOf(program)[0]!.span, message, { hint })] };
}
