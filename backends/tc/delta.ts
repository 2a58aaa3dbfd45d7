/** What leads from an earlier build's queues to a later one's: what is alike in both is not touched, and loses no packet. */
import Handlebars from 'handlebars';
import { oneLine } from '../../compiler/artifacts/one-line.ts';
import type { Artifact, DeltaOutcome, FormerBuild } from '../../compiler/plane.ts';
import { changesBetween } from './changes.ts';
import { PolicerText, queueChecks, readCommands, type PlainCommand } from './commands.ts';
import { UP } from './emit.ts';
import {
  interfaceCommands,
  REDIRECT,
  redirectsIn,
  withoutInterfaces,
  withoutRedirects,
  type Redirected,
} from './redirect.ts';
import { SetUp, takenDown } from './set-up.ts';
import { isMadeAlike, sitesOf, type Sites } from './sites.ts';
import * as templates from './templates.gen.ts';

const CHANGE = 'tc/change.batch';
const TIDY = 'tc/tidy.batch';
const HEAD = Handlebars.compile(templates.changeHead, { noEscape: true, strict: false });

/** What there is to be; of a policy that has no queues any more, nothing, and no build. */
export interface Later {
  readonly policy: string;
  readonly build: string | undefined;
  readonly commands: readonly PlainCommand[];
  readonly redirects: readonly Redirected[];
}

export function deltaBetween(former: FormerBuild, later: Later): DeltaOutcome {
  const text = former.files.get(UP);
  const before = text && readCommands(new TextDecoder().decode(text));
  if (!before) return { kind: 'none', why: `it has no ${UP} that this version of Sluice would write` };
  const change = new Change(before, later.commands);
  const { lines, tidied, figures, remarks } = change;
  const head = HEAD({ policy: oneLine(later.policy), from: former.build, build: later.build });
  const file = (path: string, batch: readonly string[], description: string): Artifact => ({
    path,
    content: [new TextEncoder().encode(`${head}\n${batch.map((line) => `${line}\n`).join('')}`)],
    description,
  });
  const where = later.build === undefined ? 'no queues at all' : 'this one';
  return {
    kind: 'delta',
    artifacts: [
      file(CHANGE, lines, `what leads from build ${former.build.slice(0, 12)} to ${where}, line by line`),
      ...(tidied.length > 0 ? [file(TIDY, tidied, 'tables that nothing leads to any more, a moment later')] : []),
    ],
    load: loadCommands(change, redirectsOf(former), later),
    figures,
    remarks,
  };
}

function redirectsOf({ files }: FormerBuild): readonly Redirected[] {
  return redirectsIn(new TextDecoder().decode(files.get(REDIRECT) ?? new Uint8Array()));
}

/** An interface for what comes in is there before packets are sent to it, and they are no more before it goes. */
function loadCommands(
  { lines, tidied, made }: Change,
  was: readonly Redirected[],
  { redirects }: Later,
): readonly string[] {
  const missing = (from: readonly Redirected[], other: readonly Redirected[]) =>
    from.filter((one) => !other.some(({ to }) => to === one.to));
  const [gone, come] = [missing(was, redirects), missing(redirects, was)];
  const isOther = gone.length + come.length > 0;
  return [
    ...queueChecks(made),
    ...interfaceCommands(come),
    ...(redirects.length === 0 ? withoutRedirects(was) : []),
    ...(lines.length > 0 ? [`tc -batch ${CHANGE}`] : []),
    // The kernel lets go of what has led to a table behind its readers (RCU), in milliseconds.
    ...(tidied.length > 0 ? ['sleep 1', `tc -batch ${TIDY}`] : []),
    ...(isOther && redirects.length > 0 ? [`nft -f ${REDIRECT}`] : []),
    ...withoutInterfaces(gone),
  ];
}

/** Of what stays where it is, what is different in it; all else is taken away as a whole, and made as a whole. */
class Change {
  readonly lines: readonly string[];
  readonly tidied: readonly string[];
  readonly figures: Readonly<Record<string, number>>;
  readonly remarks: readonly string[];
  /** The commands of what is made as a whole. */
  readonly made: readonly PlainCommand[];

  constructor(before: readonly PlainCommand[], after: readonly PlainCommand[]) {
    const [was, is] = [sitesOf(before), sitesOf(after)];
    const kept = [...is.keys()].filter((site) => isMadeAlike(was.get(site), is.get(site)));
    const left = (sites: Sites) => [...sites].filter(([site]) => !kept.includes(site));
    const commandsIn = (commands: readonly PlainCommand[], sites: Sites) => [
      ...commands.filter(({ object }) => object === 'policer'),
      ...kept.flatMap((site) => sites.get(site)!),
    ];
    const policers = new PolicerText(after);
    const changes = changesBetween(commandsIn(before, was), commandsIn(after, is), policers);
    const { removed, changed, added, last } = changes;
    const gone = left(was).flatMap(([, commands]) => commands);
    const setUp = new SetUp(policers);
    this.tidied = changes.tidied;
    this.made = left(is).flatMap(([, commands]) => commands);
    this.lines = [
      ...removed,
      ...takenDown(gone),
      ...changed,
      ...added,
      ...this.made.flatMap((command) => setUp.linesOf(command)),
      ...setUp.end(),
      ...last,
    ];
    this.figures = {
      'queues removed': removed.length + gone.length,
      'queues changed': changed.length + last.length,
      'queues added': added.length + this.made.length,
    };
    const anew = left(is).flatMap(([site, [first]]) => (was.has(site) ? [first!.device] : []));
    this.remarks = [
      ...(removed.length + gone.length > 0 ? ['packets that wait in a class that is gone are lost'] : []),
      ...anew.map(
        (device) => `the queues of ${device} are made anew, for their kind, default, number or shaper is another`,
      ),
    ];
  }
}
