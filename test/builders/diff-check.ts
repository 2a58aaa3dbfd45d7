/** What `diff` reports, held against walks through both Programs that share no code with it. */
import { expect } from 'vitest';
import { STAGES, type Program, type Stage, type StageId } from '../../compiler/4-program/program.ts';
import type { RegionChange } from '../../compiler/diff/report.ts';
import { needsTracking } from '../../compiler/semantics/needs.ts';
import { walkStageForWrites, type TrackedPacket } from '../oracles/stage-walk.ts';
import { asTracked, compare, isIn, type Compared } from './diff.ts';

const NOTHING = JSON.stringify({ decision: 'accept', effects: [] });

/**
 * What a side does to the packet, as a text; undefined: the walk does not know. A mark counts as written also where it was
 * that before: what a rule does is told of all packets that it does it to.
 */
function outcome(stage: Stage | undefined, program: Program, packet: TrackedPacket): string | undefined {
  if (!stage) return NOTHING;
  try {
    return JSON.stringify(walkStageForWrites(stage, program, packet));
  } catch {
    return undefined;
  }
}

/** The packet as it is at the stage; undefined: none such gets there. */
function at(
  id: StageId,
  stages: readonly (Stage | undefined)[],
  packet: TrackedPacket,
  hasNotrack: boolean,
): TrackedPacket | undefined {
  const isTracked = id.endsWith(' nat') || stages.some((stage) => stage?.stateful);
  const { numbers } = packet;
  const state = numbers['state']!;
  const confirmed = state === 1 || state === 2;
  if (!isTracked) return { ...packet, confirmed };
  if (numbers['fragment'] !== 0) return undefined;
  // What no rule exempts is in the connection table, but for some of ICMPv6.
  const isExempt = state === 4 && numbers['protocol'] !== 58 && !hasNotrack;
  // What is translated begins a flow, and so does what rules are asked about where all else is dropped before.
  const drops = stages.every(
    (stage) => !stage?.stateful || (stage.stateful.invalid === 'drop' && !stage.stateful.pickup),
  );
  const isToBegin = id.endsWith(' nat') || (drops && state === 0 && !hasNotrack);
  const isMiddle = isToBegin && ((numbers['tcp flags'] ?? 2) & 0x17) !== 2;
  return isExempt || isMiddle ? undefined : { ...packet, confirmed };
}

function stageOf(id: StageId, { stages }: Program): readonly Stage[] {
  return stages.filter((stage) => stage.id === id);
}

/** Boxes of one kind that are alike in all fields but one could be told as one. */
function differingFields(one: RegionChange, other: RegionChange): readonly number[] {
  return one.region.parts.flatMap((part) => {
    const twin = other.region.parts.find(({ family }) => family === part.family);
    if (!twin) return [];
    const keys = new Set([...part.sets.keys(), ...twin.sets.keys(), ...part.rows.keys(), ...twin.rows.keys()]);
    const setOf = (of: typeof part, key: string) => of.sets.get(key) ?? of.rows.get(key)?.numbers;
    const unlike = [...keys].filter((key) => {
      const [a, b] = [setOf(part, key), setOf(twin, key)];
      return a === undefined || b === undefined ? a !== b : !a.equals(b);
    });
    return [unlike.length];
  });
}

function requireIrreducible({ changes }: Compared): void {
  for (const [index, one] of changes.entries()) {
    for (const other of changes.slice(index + 1)) {
      const isOneKind =
        one.stage === other.stage && one.aspect === other.aspect && one.region.kind === other.region.kind;
      if (isOneKind) for (const fields of differingFields(one, other)) expect(fields).toBeGreaterThan(1);
    }
  }
}

/** How much was seen of what. */
export interface Seen {
  same: number;
  differing: number;
  samples: number;
  changes: number;
}

export const nothingSeen = (): Seen => ({ same: 0, differing: 0, samples: 0, changes: 0 });

/**
 * Requires that the packets lie in reported regions exactly if the walks through both Programs differ, in one of each aspect at
 * most, that samples differ, and that no two regions could be told as one. `text`: of both policies.
 */
export function requireExact(
  old: Program,
  later: Program,
  packets: readonly TrackedPacket[],
  text: string,
  seen: Seen,
): void {
  const compared = compare(old, later);
  requireIrreducible(compared);
  seen.changes += compared.changes.length;
  const hasNotrack = text.includes('notrack');
  const arePutTogether = [old, later].every(({ policy }) =>
    ([4, 6] as const).every((family) => needsTracking(policy, family)),
  );
  for (const id of STAGES) {
    const [before, after] = [stageOf(id, old), stageOf(id, later)];
    if (before.length > 1 || after.length > 1 || compared.notCompared.some((stage) => stage.id === id)) continue;
    const changes = compared.changes.filter(({ stage }) => stage === id);
    for (const drawn of packets) {
      const packet = at(id, [before[0], after[0]], drawn, hasNotrack);
      if (!packet || (arePutTogether && id !== 'mitigate' && packet.numbers['fragment'] !== 0)) continue;
      const [was, is] = [outcome(before[0], old, packet), outcome(after[0], later, packet)];
      if (was === undefined || is === undefined) break;
      const reported = changes.filter(({ region }) => isIn(region, packet, compared.interfaces));
      const shown = JSON.stringify({ ...packet, source: `${packet.source}`, destination: `${packet.destination}` });
      const context = `${id}\n${was}\n${is}\n${shown}`;
      expect(reported.length > 0, `${context}\n${text}`).toBe(was !== is);
      const aspects = reported.map(({ aspect }) => aspect ?? '');
      expect(new Set(aspects).size, `overlapping: ${context}`).toBe(aspects.length);
      seen[was === is ? 'same' : 'differing']++;
    }
    for (const { sample, where } of changes) {
      if (!sample) continue;
      const packet = asTracked(sample, compared.interfaces);
      const [was, is] = [outcome(before[0], old, packet), outcome(after[0], later, packet)];
      if (was === undefined || is === undefined) continue;
      expect(was, `${id} ${where}: ${sample.text}\n${text}`).not.toBe(is);
      seen.samples++;
    }
  }
}
