/**
 * Changes as one transaction. Whatever refers to something lets go of it before it goes, and comes after it: rules and
 * elements out, then sets, objects and chains; then objects, sets and chains in, elements and rules last.
 */
import { TextBuffer } from '../../../compiler/artifacts/text-buffer.ts';
import { BUILD_CHAIN } from '../names.ts';
import type { Changes } from './changes.ts';
import { keyOf } from './element-list.ts';
import type { ChainPart, ObjectPart, SetPart } from './ruleset-parts.ts';

export interface DeltaHead {
  readonly table: string;
  /** The policy's name, one line. */
  readonly policy: string;
  /** Names of builds. */
  readonly from: string;
  readonly to: string;
}

/** Elements in one statement: few and large is what nft reads fastest. */
const ELEMENTS_PER_STATEMENT = 65_536;

/** The transaction as text for `nft -f`. */
export function writeDelta(changes: Changes, head: DeltaHead): Uint8Array {
  const out = new TextBuffer();
  const put: Put = (lines) => {
    for (const line of lines) out.write(`${line}\n`);
  };
  put(headLines(head));
  takeOut(changes, `inet ${head.table}`, put);
  putIn(changes, `inet ${head.table}`, put);
  return out.finish();
}

type Put = (lines: readonly string[]) => void;

function headLines({ table, policy, from, to }: DeltaHead): readonly string[] {
  return [
    '#!/usr/sbin/nft -f',
    `# Made by Sluice from policy \`${policy}\`; leads from build ${from}`,
    `# to build ${to}. Edit the policy, not this file.`,
    '#',
    `# One transaction, for a host whose table inet ${table} is of the earlier build: of any other, the chain that is deleted`,
    '# first is not there, so nothing is changed. What is not named here stays as it is, counters and all.',
    '',
    `delete chain inet ${table} ${BUILD_CHAIN}${from}`,
    `add chain inet ${table} ${BUILD_CHAIN}${to}`,
  ];
}

function takeOut({ removed, changed, emptied, rewritten }: Changes, table: string, put: Put): void {
  const rules = [...removed.chains, ...rewritten].map(({ name }) => `flush chain ${table} ${name}`);
  block(put, '# Rules that go, or are written anew below.', rules);
  const whole = changed.filter(({ isWhole }) => isWhole).map(({ set }) => `flush ${set.kind} ${table} ${set.name}`);
  block(put, '# Large sets of intervals, which are put in as a whole below.', whole);
  for (const { set, elements, isWhole } of changed) {
    if (isWhole) continue;
    const keys = [...new Set(elements.removed.map(keyOf))];
    putElements(put, `delete element ${table} ${set.name}`, keys);
  }
  const buckets = emptied.map(({ kind, name }) => `flush ${kind} ${table} ${name}`);
  block(put, '# Buckets and connections that were counted under another limit.', buckets);
  block(put, '# Parts that go, or come again below.', [
    ...removed.sets.map(({ kind, name }) => `delete ${kind} ${table} ${name}`),
    ...removed.objects.map(({ kind, name }) => `delete ${kind} ${table} ${name}`),
    ...removed.chains.map(({ name }) => `delete chain ${table} ${name}`),
  ]);
}

function putIn({ added, changed, rewritten }: Changes, table: string, put: Put): void {
  const parts = [
    ...added.objects.map(objectLines),
    ...added.sets.map(setLines),
    ...added.chains.map((chain) => chainLines(chain, chain.hook)),
    // Still hooked in: nft would have the hook's line, but has no need of it.
    ...rewritten.map((chain) => chainLines(chain, undefined)),
  ];
  if (parts.length > 0) put(['', `table ${table} {`]);
  parts.forEach((lines, at) => put(at > 0 ? ['', ...lines] : lines));
  if (parts.length > 0) put(['}']);
  for (const set of added.sets) putElements(put, `add element ${table} ${set.name}`, set.elements.texts());
  for (const { set, elements, isWhole } of changed) {
    putElements(put, `add element ${table} ${set.name}`, isWhole ? set.elements.texts() : elements.added);
  }
}

function objectLines({ kind, name, lines }: ObjectPart): readonly string[] {
  return [`\t${kind} ${name} {`, ...lines.map((line) => `\t\t${line}`), '\t}'];
}

function setLines({ kind, name, description, lines }: SetPart): readonly string[] {
  return [`\t# ${description}`, `\t${kind} ${name} {`, ...lines.map((line) => `\t\t${line}`), '\t}'];
}

function chainLines({ name, description, body }: ChainPart, hook: string | undefined): readonly string[] {
  const head = hook === undefined ? [] : [`\t\t${hook}`, ...(body.length > 0 ? [''] : [])];
  return [`\t# ${description}`, `\tchain ${name} {`, ...head, ...body, '\t}'];
}

function block(put: Put, remark: string, lines: readonly string[]): void {
  if (lines.length > 0) put(['', remark, ...lines]);
}

function putElements(put: Put, statement: string, elements: readonly string[]): void {
  for (let from = 0; from < elements.length; from += ELEMENTS_PER_STATEMENT) {
    const some = elements.slice(from, from + ELEMENTS_PER_STATEMENT);
    put(['', `${statement} {`, ...some.map((text, at) => `\t${text}${at + 1 < some.length ? ',' : ''}`), '}']);
  }
}
