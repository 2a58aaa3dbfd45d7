/** The transaction that leads from an earlier build to a later one, where there is one. */
import type { Artifact, DeltaOutcome, FormerBuild } from '../../../compiler/plane.ts';
import type { HostFile } from '../host/host-file.ts';
import { changesBetween, type Changes } from './changes.ts';
import { remarksAbout } from './remarks.ts';
import { readRuleset, type RulesetParts } from './ruleset-parts.ts';
import { writeDelta } from './write-delta.ts';

/** The delta's path below the target's folder. */
const DELTA = 'nftables/delta.nft';

interface LaterBuild {
  /** The policy's name. */
  readonly policy: string;
  readonly build: string;
  readonly ruleset: Artifact;
  readonly hostFiles: readonly HostFile[];
}

/** The way from `former` to `later`; why there is none, where there is none. */
export function deltaBetween(former: FormerBuild, later: LaterBuild): DeltaOutcome {
  const text = former.files.get(later.ruleset.path);
  const before = text && readRuleset(text);
  if (!before) return none(`it has no ${later.ruleset.path} that this version of Sluice would write`);
  if (before.build !== former.build) return none(`its ${later.ruleset.path} is of another build`);
  const after = readRuleset(joined(later.ruleset.content));
  if (!after) throw new Error('the rule set cannot be read back');
  if (!haveInCommon(before, after)) return none('the two have no chain and no set in common');
  const changes = changesBetween(before, after);
  const head = { table: after.table, policy: later.policy, from: former.build, to: later.build };
  const description = `what leads from build ${former.build.slice(0, 12)} to this one, in one transaction`;
  const hosts = later.hostFiles.filter(({ path, text: now }) => !isSame(former.files.get(path), now));
  const commands = (when: HostFile['when']) => hosts.filter((file) => file.when === when).map(({ load }) => load);
  return {
    kind: 'delta',
    artifacts: [{ path: DELTA, content: [writeDelta(changes, head)], description }],
    load: [...commands('before the rules'), `nft -f ${DELTA}`, ...commands('after the rules')],
    figures: figuresOf(changes),
    remarks: remarksAbout(changes, before, former, later.hostFiles),
  };
}

function none(why: string): DeltaOutcome {
  return { kind: 'none', why };
}

function joined(content: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(content.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of content) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function haveInCommon(before: RulesetParts, after: RulesetParts): boolean {
  const shared = (left: ReadonlyMap<string, unknown>, right: ReadonlyMap<string, unknown>) =>
    [...left.keys()].some((name) => right.has(name));
  return shared(before.chains, after.chains) || shared(before.sets, after.sets);
}

function isSame(former: Uint8Array | undefined, text: string): boolean {
  return former !== undefined && new TextDecoder().decode(former) === text;
}

function figuresOf({ removed, added, changed, rewritten }: Changes): Readonly<Record<string, number>> {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  return {
    'elements added': sum([
      ...changed.map(({ elements }) => elements.added.length),
      ...added.sets.map(({ elements }) => elements.count()),
    ]),
    'elements removed': sum(changed.map(({ elements }) => elements.removed.length)),
    'sets added': added.sets.length,
    'sets removed': removed.sets.length,
    'chains added': added.chains.length,
    'chains removed': removed.chains.length,
    'chains rewritten': rewritten.length,
  };
}
