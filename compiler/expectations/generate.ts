/** Expectations for rules that no expectation touches: text that holds for the policy as it is. */
import { nameText } from '../../grammar/constructs/values/name/print.ts';
import { parse } from '../../grammar/parse.ts';
import type { SourceFile } from '../../grammar/source.ts';
import { oneLine } from '../3-check/origin.ts';
import { checkPolicy } from '../check.ts';
import type { Inputs } from '../inputs.ts';
import type { Expectation, ExpectationBlock, Policy, Zone } from '../model/policy.ts';
import { formatIpv4, formatIpv6 } from '../net/address.ts';
import { examineExpectations, type ExaminedExpectation } from '../semantics/expect.ts';
import { verdictOf } from '../semantics/expectations/differences.ts';
import type { Outcome } from '../semantics/evaluate.ts';
import { interfaceFor } from '../semantics/expectations/scene.ts';
import { candidatePackets } from './candidates.ts';
import { keyOf, type CoveredRule } from './coverage.ts';

export interface Generated {
  /** An `expect` block; undefined: there is nothing to propose. */
  readonly text: string | undefined;
  /** Rules that no packet tried has met. */
  readonly without: readonly CoveredRule[];
}

/** `now`: milliseconds since 1970. */
export function generateExpectations(
  main: SourceFile,
  inputs: Inputs,
  policy: Policy,
  uncovered: readonly CoveredRule[],
  now: number,
): Generated {
  const wanted = new Map(uncovered.map((rule) => [keyOf(rule.origin.span, rule.isDefault), rule]));
  const candidates = candidatePackets(policy, new Set(wanted.keys()));
  const given = givenLines(policy.expectations[0]);
  const asking: Asking = { main, inputs, policy, given, now };
  const packets = [...new Set([...candidates.values()].flat())];
  const asked = askedLines(
    packets.map((packet) => `allow ${packet}`),
    asking,
  );
  const lines = new Map<string, CoveredRule>();
  const touched = new Set<string>();
  for (const [key, rule] of wanted) {
    if (touched.has(key)) continue;
    for (const packet of candidates.get(key) ?? []) {
      const examined = asked(`allow ${packet}`);
      const touches = examined ? keysOf(examined) : [];
      const line = examined && touches.includes(key) ? lineFor(packet, examined, policy) : undefined;
      if (line === undefined) continue;
      lines.set(line, rule);
      for (const other of touches) touched.add(other);
      break;
    }
  }
  const again = askedLines([...lines.keys()], asking);
  const holding = [...lines].filter(([line]) => isMet(again(line)));
  const without = [...wanted].flatMap(([key, rule]) => (touched.has(key) ? [] : [rule]));
  if (holding.length === 0) return { text: undefined, without };
  const body = holding.flatMap(([line, { origin, isDefault }]) => [
    `  # ${origin.text}${isDefault ? ' (by default)' : ''}`,
    `  ${line}`,
  ]);
  return { text: ['expect {', ...given.map((line) => `  ${line}`), ...body, '}', ''].join('\n'), without };
}

interface Asking {
  readonly main: SourceFile;
  readonly inputs: Inputs;
  readonly policy: Policy;
  readonly given: readonly string[];
  readonly now: number;
}

/** The surroundings of the policy's own first block hold for what is proposed, too. */
function givenLines(block: ExpectationBlock | undefined): readonly string[] {
  if (!block) return [];
  const { source, start } = block.span;
  const statements = parse(source).file.statements.filter((statement) => statement.kind === 'expect');
  const written = statements.find(({ span }) => span.start === start);
  const given = written?.body.filter(({ kind }) => kind.startsWith('given-')) ?? [];
  return given.map(({ span }) => oneLine(span));
}

/** Lines as if they stood in the policy, each examined when it is asked for; undefined for one that is no expectation. */
function askedLines(
  lines: readonly string[],
  { main, inputs, policy, given, now }: Asking,
): (line: string) => ExaminedExpectation | undefined {
  const sources = lines.map((line) => ({ path: line, text: `expect {\n${[...given, line].join('\n')}\n}` }));
  const { questions } = checkPolicy(main, inputs, sources);
  const blocks = new Map(questions.map((block) => [block.span.source.path, block]));
  return (line) => {
    const block = blocks.get(line);
    return block && examineExpectations(policy, [block], { now })[0];
  };
}

function keysOf({ outcomes }: ExaminedExpectation): readonly string[] {
  return outcomes.flatMap(({ spoke }) =>
    spoke.flatMap(({ origin, did }) => (origin ? [keyOf(origin.span, did.endsWith(' by default'))] : [])),
  );
}

/** Undefined: the line is no expectation. */
function isMet(examined: ExaminedExpectation | undefined): boolean {
  return examined !== undefined && examined.finding === undefined;
}

/** What the policy says about the packet; undefined where the host itself decides, or it is left open. */
function lineFor(packet: string, { outcomes, expectation }: ExaminedExpectation, policy: Policy): string | undefined {
  const [first] = outcomes;
  const verdicts = new Set(outcomes.map(({ fate }) => verdictOf(fate)));
  const [verdict] = verdicts;
  if (!first || verdicts.size !== 1 || verdict === 'none' || isOfHost(first)) return undefined;
  const routed = withWayOut(packet, expectation.out, first, policy);
  return `${verdict} ${routed}${outcomes.length === 1 ? becomesText(first, expectation) : ''}`;
}

/** Routes that are given may lead elsewhere than the packet said. */
function withWayOut(packet: string, out: Zone | undefined, { fate }: Outcome, policy: Policy): string {
  if (fate.kind !== 'forwarded' || !out) return packet;
  const zones = policy.targets[0]?.zones;
  const taken = policy.zones.find((zone) => interfaceFor(zone, zones).name === fate.leaving.out);
  return taken ? packet.replace(` out ${nameText(out.name)}`, ` out ${nameText(taken.name)}`) : packet;
}

function isOfHost({ fate }: Outcome): boolean {
  return 'by' in fate && fate.by === 'host';
}

/** What a translation makes of the ends. */
function becomesText({ fate }: Outcome, { source, destination }: Expectation): string {
  const packet = fate.kind === 'forwarded' ? fate.leaving.packets[0] : undefined;
  if (!packet) return '';
  const end = (address: bigint | undefined, port: number | undefined) => {
    const text = packet.family === 4 ? formatIpv4(Number(address ?? 0n)) : formatIpv6(address ?? 0n);
    return port === undefined ? text : packet.family === 4 ? `${text}:${port}` : `[${text}]:${port}`;
  };
  const isNew = (was: Expectation['source'], address: bigint | undefined, port: number | undefined) =>
    was.address?.value !== address || (was.port !== undefined && was.port !== port);
  const from = isNew(source, packet.source, packet.sourcePort) ? ` ${end(packet.source, packet.sourcePort)}` : '';
  const to = isNew(destination, packet.destination, packet.destinationPort)
    ? ` -> ${end(packet.destination, packet.destinationPort)}`
    : '';
  return from === '' && to === '' ? '' : ` becomes${from}${to}`;
}
