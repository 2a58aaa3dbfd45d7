/** What each tool makes of the same rules: what it took, and the router that carries it out. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Lab } from '../../../cli/lab/lab.ts';
import type { LabInterface } from '../../../cli/lab/topology.ts';
import { command, compileByCommand, timed, type Finished } from '../compiled-by-command.ts';

/** Rules as each tool reads them. */
export interface Input {
  readonly name: string;
  /** An iptables-save dump. */
  readonly dump: string;
  /** A policy of the same meaning; undefined: `sluice optimize` reads the dump. */
  readonly policy?: string;
  /** A rule set of nft of the same meaning; undefined: what `iptables-restore-translate` makes of the dump. */
  readonly nft?: string;
  readonly interfaces: readonly LabInterface[];
}

/** A tool's result. Without a lab it does not load. */
export interface Result {
  readonly tool: string;
  readonly lab: Lab | undefined;
  /** Why it does not load. */
  readonly failure?: string;
  readonly rules?: number;
  readonly elements?: number;
  readonly seconds: number;
  readonly mebibytes: number;
}

/** Lets everything through, whatever the input says. */
export const NO_RULES = 'no rules';

/** Seconds after which a tool is given up. */
const LIMIT = 600;

/** All tools on one input, in an order; `folder` is for their files. */
export async function contend(input: Input, folder: string): Promise<Result[]> {
  const dump = join(folder, 'dump.save');
  writeFileSync(dump, input.dump);
  const translated = await translate(input, dump, folder);
  return [
    await iptablesLegacy(input, dump),
    await noRules(input),
    translated,
    await optimized(input, translated, folder),
    await sluice(input, dump, folder),
  ];
}

function labOf({ interfaces }: Input): Promise<Lab> {
  return Lab.create({ interfaces });
}

/** The command in the lab's network, under time(1). */
function inLab(lab: Lab, words: readonly string[]): Finished {
  return timed(['nsenter', '-t', String(lab.routerProcess), '-n', ...words], LIMIT);
}

function failureOf({ status, output }: Finished): string {
  const line = output.split('\n').find((one) => /error|assert|segmentation/i.test(one)) ?? output.split('\n')[0] ?? '';
  const said = line.replace(/^.*?(error|assertion)/i, '$1');
  return status === 124 ? `not in ${LIMIT} s` : `exit code ${status}: ${said.slice(0, 60)}`;
}

async function iptablesLegacy(input: Input, dump: string): Promise<Result> {
  const lab = await labOf(input);
  const load = inLab(lab, ['iptables-legacy-restore', dump]);
  const rules = input.dump.match(/^-A /gm)?.length ?? 0;
  return finished('iptables-legacy', lab, load, load, { rules, elements: 0 });
}

/** What any packet costs that is let through: an empty chain. */
async function noRules(input: Input): Promise<Result> {
  const lab = await labOf(input);
  await lab.load('table ip empty { chain f { type filter hook forward priority filter; policy accept; }; }');
  return { tool: NO_RULES, lab, rules: 0, elements: 0, seconds: 0, mebibytes: 0 };
}

async function translate(input: Input, dump: string, folder: string): Promise<Result> {
  const lab = await labOf(input);
  const made = timed(['iptables-restore-translate', '-f', dump], LIMIT);
  const file = join(folder, 'translated.nft');
  writeFileSync(file, made.output);
  const load = made.status === 0 ? inLab(lab, ['nft', '-f', file]) : made;
  return finished('iptables-restore-translate', lab, made, load);
}

/** `nft -o` of rules in a table: those that are added one by one, as translations are, it leaves as they are. */
async function optimized(input: Input, translated: Result, folder: string): Promise<Result> {
  const tool = 'nft -o';
  const rules = input.nft ?? (await translated.lab?.exec(['nft', 'list', 'ruleset', 'ip']));
  if (rules === undefined) return { tool, lab: undefined, failure: 'no translation', seconds: 0, mebibytes: 0 };
  const file = join(folder, 'listed.nft');
  writeFileSync(file, rules);
  const lab = await labOf(input);
  const load = inLab(lab, ['nft', '-o', '-f', file]);
  return finished(tool, lab, load, load);
}

async function sluice(input: Input, dump: string, folder: string): Promise<Result> {
  const lab = await labOf(input);
  const file = join(folder, 'sluice.nft');
  const made = input.policy === undefined ? optimizeByCommand(dump, file) : compileTo(file, input.policy);
  return finished('sluice', lab, made, made.status === 0 ? inLab(lab, ['nft', '-f', file]) : made);
}

function optimizeByCommand(dump: string, file: string): Finished {
  return timed([process.execPath, command, 'optimize', dump, '--keep-opaque', '-o', file], LIMIT);
}

function compileTo(file: string, policy: string): Finished {
  try {
    const { ruleset, seconds, mebibytes } = compileByCommand(policy);
    writeFileSync(file, ruleset);
    return { status: 0, output: '', seconds, mebibytes };
  } catch (error) {
    return { status: 1, output: String(error), seconds: 0, mebibytes: 0 };
  }
}

/** `made` is what the tool took; `load` how its result loaded. */
async function finished(
  tool: string,
  lab: Lab,
  made: Finished,
  load: Finished,
  left?: { readonly rules: number; readonly elements: number },
): Promise<Result> {
  const { seconds, mebibytes } = made;
  if (load.status !== 0) {
    await lab.destroy();
    return { tool, lab: undefined, failure: failureOf(load), seconds, mebibytes };
  }
  // With some rules nft 1.0.6 can list nothing: an assertion of its own fails.
  return { tool, lab, seconds, mebibytes, ...(left ?? (await leftIn(lab).catch(() => ({})))) };
}

interface Listed {
  readonly rule?: { readonly table: string; readonly expr: readonly unknown[] };
  readonly set?: { readonly elem?: readonly unknown[] };
  readonly map?: { readonly elem?: readonly unknown[] };
}

/** The harness's table, which has no sets. */
const HARNESS = 'sluice_harness';

/** Rules and elements of sets and maps, without the harness's own. */
async function leftIn(lab: Lab): Promise<{ readonly rules: number; readonly elements: number }> {
  const listing = JSON.parse(await lab.exec(['nft', '-j', 'list', 'ruleset'])) as { nftables: readonly Listed[] };
  let [rules, elements] = [0, 0];
  for (const { rule, set, map } of listing.nftables) {
    elements += (set ?? map)?.elem?.length ?? 0;
    if (!rule || rule.table === HARNESS) continue;
    rules += 1;
    elements += elementsWithin(rule.expr);
  }
  return { rules, elements };
}

/** Elements of the sets that stand in a rule itself. */
function elementsWithin(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = 'set' in value && Array.isArray(value.set) ? value.set.length : 0;
  return Object.values(value).reduce((sum: number, inner: unknown) => sum + elementsWithin(inner), own);
}
