/** `manifest.json`: what an output folder holds, what it was made from, and why each plane has what it has. */
import { basename } from 'node:path';
import type { PlaneOutput, Since, TargetOutput } from '../../compiler/compile.ts';
import type { CalendarDate } from '../../compiler/inputs.ts';
import type { InputRecord } from '../inputs/recorded-inputs.ts';
import { formatDate } from '../inputs/today.ts';
import { sha256Of, sizeOf, type OutputFile } from './output-file.ts';

export const MANIFEST = 'manifest.json';

/** Counts up when a reader of an older manifest would misread a newer one. */
export const FORMAT = 1;

/** What the command line decided about a compile. */
export interface CompileChoices {
  readonly target: string | undefined;
  readonly today: CalendarDate | undefined;
  /** Names of passes left out, sorted. */
  readonly without: readonly string[];
  /** Whether plans are proved to mean what the policy means. */
  readonly proof: boolean;
  /** Whether each rule gets a counter of its own. */
  readonly keepCounters: boolean;
  /** The file whose counters tell how often rules were met. */
  readonly profile: string | undefined;
  /** The file that tells what steps cost. */
  readonly calibration: string | undefined;
}

export interface ManifestParts {
  readonly version: string;
  /** The policy's path, as in `inputs`. */
  readonly policy: string;
  readonly choices: CompileChoices;
  readonly inputs: readonly InputRecord[];
  readonly targets: readonly TargetOutput[];
  readonly files: readonly DescribedFile[];
}

/** A file of the output and what it is, for people. */
export interface DescribedFile extends OutputFile {
  readonly description: string;
}

function choicesAsData({ target, today, profile, calibration, ...others }: CompileChoices): object {
  const { without, proof, keepCounters } = others;
  const date = today ? formatDate(today) : null;
  return {
    target: target ?? null,
    date,
    without,
    proof,
    keepCounters,
    profile: profile === undefined ? null : basename(profile),
    ...(calibration === undefined ? {} : { calibration: basename(calibration) }),
  };
}

/** The text of the manifest. Its keys and lists have a fixed order: the same compile gives the same bytes. */
export function manifestText(parts: ManifestParts): string {
  const manifest = {
    sluice: parts.version,
    format: FORMAT,
    policy: parts.policy,
    choices: choicesAsData(parts.choices),
    inputs: parts.inputs,
    targets: parts.targets.map(targetAsData),
    outputs: parts.files.map(({ path, content, description }) => ({
      path,
      bytes: sizeOf(content),
      sha256: sha256Of(content),
      description,
    })),
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** A target without its artifacts' content, for the manifest and for `--json`. */
export function targetAsData({ name, planes, placements, balances, shapes, idle, gone }: TargetOutput): object {
  return {
    name,
    placements: [
      ...placements.map(({ stage, plane, reason }) => ({
        stage: stage.id,
        ...(stage.zones ? { zones: stage.zones.map((zone) => zone.name) } : {}),
        plane,
        reason,
      })),
      ...balances.map(({ balance, plane, reason }) => ({ stage: 'balance', name: balance.name, plane, reason })),
      ...shapes.map(({ shape, plane, reason }) => ({ stage: 'queues', name: shape.origin.name, plane, reason })),
    ],
    planes: planes.map(planeAsData),
    ...(idle.length > 0 ? { idle } : {}),
    ...(gone.length > 0 ? { gone: gone.map(({ plane, since }) => ({ plane, since: sinceAsData(since) })) } : {}),
  };
}

function planeAsData({ plane, build, proved, compared, figures, load, makes, unload, since }: PlaneOutput): object {
  const readBack = compared ? comparedAsData(compared) : null;
  const delta = since ? { since: sinceAsData(since) } : {};
  const made = makes.length > 0 ? { makes } : {};
  return { plane, build, proof: proved ?? null, readBack, figures, load, ...made, unload, ...delta };
}

/** What was read back and found to mean the same for all packets, and what could not be compared, and why. */
function comparedAsData(compared: NonNullable<PlaneOutput['compared']>): object {
  return {
    same: compared.flatMap((part) => (part.kind === 'the same' ? [part.part] : [])),
    notCompared: compared.flatMap((part) =>
      part.kind === 'not compared' ? [{ part: part.part, reason: part.reason }] : [],
    ),
  };
}

/** How to get here from the earlier build: by these commands, by none, or only by loading the whole. */
function sinceAsData({ build, outcome }: Since): object {
  switch (outcome.kind) {
    case 'delta': {
      const { figures, load, remarks } = outcome;
      return { build, figures, load, remarks };
    }
    case 'same':
      return { build, load: [] };
    case 'none':
      return { build, load: null };
  }
}
