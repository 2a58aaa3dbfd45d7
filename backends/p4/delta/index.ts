/** What leads from an earlier build's tables to a later one's, where the program is the same in both. */
import { oneLine } from '../../../compiler/artifacts/one-line.ts';
import type { Artifact, DeltaOutcome, FormerBuild } from '../../../compiler/plane.ts';
import type { Tools } from '../emit/tools.ts';
import { batchesBetween, type Batch } from './batches.ts';
import { entriesIn, updateText, type Entries } from './entries.ts';

const PROGRAM = 'p4/program.p4';
const INFO = 'p4/p4info.txtpb';
const ENTRIES = 'p4/entries.txtpb';
const FOLDER = 'p4/delta';

interface Later {
  readonly policy: string;
  readonly build: string;
  readonly artifacts: readonly Artifact[];
  readonly changes: NonNullable<Tools['changes']>;
}

export function deltaSince(former: FormerBuild, later: Later): DeltaOutcome {
  const decoder = new TextDecoder();
  const before = new Map([...former.files].map(([path, content]) => [path, decoder.decode(content)]));
  const after = new Map(
    later.artifacts.map(({ path, content }) => [path, content.map((part) => decoder.decode(part)).join('')]),
  );
  if (!before.has(PROGRAM) || !before.has(ENTRIES)) return { kind: 'none', why: `it has no ${PROGRAM}` };
  const isSame = (path: string) => withoutComments(before.get(path)) === withoutComments(after.get(path));
  if (!isSame(PROGRAM) || !isSame(INFO)) {
    return { kind: 'none', why: 'its program is another: tables, keys, or how many entries they have room for' };
  }
  const [entries, laterEntries] = [entriesIn(before.get(ENTRIES)!), entriesIn(after.get(ENTRIES)!)];
  if (waysIn(entries) !== waysIn(laterEntries)) return { kind: 'none', why: 'the ports of the NIC are others' };
  const byTool = later.changes(FOLDER, before, after);
  const batches = batchesBetween(entries, laterEntries);
  const figures = figuresOf(batches);
  if (batches.length === 0) return { kind: 'delta', artifacts: [], load: [], figures, remarks: [] };
  return {
    kind: 'delta',
    artifacts: [
      ...byTool.files.map(({ path, content, description }) => text(path, content, description)),
      ...batches.map((batch, at) =>
        text(
          `${at + 1}.txtpb`,
          batchText(batch, former.build, later),
          `batch ${at + 1} of ${batches.length} for P4Runtime`,
        ),
      ),
    ],
    load: byTool.load,
    figures,
    remarks: ['the counters of rules count on, each under its number: the numbers in split.txt may be others'],
  };
}

/** Where frames go out. */
function waysIn(entries: Entries): string {
  const ways = [...entries].filter(([, { of }]) => of.kind === 'ways');
  return ways.map(([key, { action }]) => `${key} ${action}`).join('\n');
}

/** Comments tell of rules and ports, and of the build. */
function withoutComments(content = ''): string {
  return content.replaceAll(/^\s*(?:\/\/|#).*\n/gm, '').replaceAll(/ *\/\/.*/g, '');
}

function figuresOf(batches: readonly Batch[]): Readonly<Record<string, number>> {
  const updates = batches.flatMap((batch) => batch.updates);
  const of = (verb: string) => updates.filter((update) => update.verb === verb).length;
  return { 'entries added': of('INSERT'), 'entries changed': of('MODIFY'), 'entries removed': of('DELETE') };
}

function batchText({ what, updates }: Batch, from: string, { policy, build }: Later): string {
  return lines([
    '# proto-file: p4/v1/p4runtime.proto',
    '# proto-message: p4.v1.WriteRequest',
    '#',
    `# ${oneLine(policy)}: leads from build ${from}`,
    `# to build ${build}. ${what}`,
    ...updates.map(({ verb, entry }) => updateText(verb, entry)),
  ]);
}

function lines(of: readonly string[]): string {
  return of.map((line) => `${line}\n`).join('');
}

function text(name: string, content: string, description: string): Artifact {
  return { path: `${FOLDER}/${name}`, content: [new TextEncoder().encode(content)], description };
}
