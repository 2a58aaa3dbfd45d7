/** `sluice calibrate`: what the steps of plans cost on the machine at hand, in a file that other commands take. */
import { release } from 'node:os';
import { accessSync, constants as modes, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { calibrated, type Measured } from '../../compiler/cost/calibration.ts';
import { medianOf } from '../../compiler/cost/fit.ts';
import type { Plane } from '../../compiler/plane.ts';
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import { measure } from '../calibrate/measure.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { writeText } from '../findings/report.ts';
import { calibrationText, isCalibration, type CalibratedPlanes } from '../inputs/calibration-file.ts';
import { isForeign } from '../output/foreign-file.ts';
import { replaceFile } from '../output/replace-file.ts';
import { PLANES } from '../planes.ts';
import { pathFrom } from '../policy-options.ts';
import { PROBLEMS } from '../problems.ts';
import type { Session } from '../session.ts';
import { reasonOf } from '../system-error.ts';
import { tableLines } from '../terminal/table.ts';

interface CalibrateFlags {
  readonly output: string;
  readonly rounds: number;
}

const ROUNDS = 5;

export const calibrate: CommandDefinition<CalibrateFlags> = {
  name: 'calibrate',
  summary: 'measure what the steps of plans cost on this machine',
  description: [
    'Loads small rule sets into a network namespace of its own, sends packets through them and measures the processor time that ' +
      'each takes beyond an empty chain: rules, matches, chains, lookups in sets of each kind, small and large. The constants of ' +
      "the plane's prices follow from that, and go into a file, which `compile`, `check` and `explain` take with --calibration.",
    'Needs root, nft, ip and unshare; the rules of the host stay as they are. A machine that does other work at the same time ' +
      'measures that, too: take one that is idle, of the kind that is to run the policy.',
    'Only nftables is measured. XDP and sk_lookup find all rules at once, by prices of their own, and tc queues.',
  ],
  arguments: [],
  options: [
    new Option('-o, --output <file>', 'the file to write').argParser(pathFrom).makeOptionMandatory(),
    new Option('--rounds <count>', 'how often each is measured; the median counts')
      .argParser(roundsFrom)
      .default(ROUNDS),
  ],
  examples: [
    { command: 'sluice calibrate -o machine.json', does: 'measure; takes a minute or two' },
    { command: 'sluice compile policy.sluice -o out --calibration machine.json', does: 'plan by it' },
  ],
  async run(session, _args, flags) {
    const obstacle = obstacleOf(flags.output);
    if (obstacle) return failed(session, obstacle);
    const planes: Record<string, CalibratedPlanes[string]> = {};
    const told: string[] = [];
    for (const plane of PLANES) {
      if (!plane.calibration) continue;
      try {
        const measured = measure(plane.calibration, flags.rounds);
        const constants = calibrated(plane.calibration, measured);
        planes[plane.name] = Object.fromEntries(
          Object.entries(constants).map(([name, value]) => [name, Number(value.toPrecision(4))]),
        );
        told.push(measuredText(plane, measured, planes[plane.name]!));
      } catch (error) {
        return failed(
          session,
          diagnostic(PROBLEMS.notMeasured, undefined, `${plane.name} cannot be measured here: ${firstLine(error)}`),
        );
      }
    }
    try {
      await replaceFile(flags.output, [new TextEncoder().encode(calibrationText(machine(), planes))]);
    } catch (error) {
      return failed(session, unwritable(flags.output, error));
    }
    session.stdout.write(`${told.join('\n')}\nWritten to ${flags.output}.\n`);
    return EXIT.fine;
  },
};

function roundsFrom(text: string): number {
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1000) throw new InvalidArgumentError('It is 1 to 1000.');
  return rounds;
}

/** What is in the way, said before the work rather than after it. */
function obstacleOf(path: string): Diagnostic | undefined {
  try {
    accessSync(`${dirname(path)}/.`, modes.W_OK);
    if (!isForeign(path, isCalibration)) return undefined;
    const hint = 'Choose another name, or move that file away.';
    return diagnostic(PROBLEMS.notOurFile, undefined, `${path} is no calibration`, { hint });
  } catch (error) {
    return unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): Diagnostic {
  return diagnostic(PROBLEMS.calibrationUnwritten, undefined, `${path} cannot be written: ${reasonOf(error)}`);
}

function failed(session: Session, finding: Diagnostic) {
  writeText(session, [finding]);
  return EXIT.findings;
}

/** What a program said that failed, or why there is none. */
function firstLine(error: unknown): string {
  const { code, path, stderr } = error as { code?: unknown; path?: unknown; stderr?: unknown };
  if (code === 'ENOENT' && typeof path === 'string') return `there is no command \`${path}\``;
  const said = String(stderr ?? '').trim();
  return said === '' ? reasonOf(error) : (said.split('\n').find((line) => /error|not|denied/i.test(line)) ?? said);
}

/** What was measured and what the prices now say of it, then the constants. */
function measuredText(
  plane: Plane,
  measured: readonly Measured[],
  constants: Readonly<Record<string, number>>,
): string {
  const { pricesOf, constants: former } = plane.calibration!;
  const prices = pricesOf(constants);
  const experiments = measured.map(({ experiment, nanoseconds }) => [
    experiment.name,
    nanoseconds.toFixed(1),
    experiment.price(prices).toFixed(1),
  ]);
  // What costs nothing by measurement was lost in the noise.
  const found = measured.filter(({ nanoseconds }) => nanoseconds > 0);
  const errors = found.map(({ experiment, nanoseconds }) => Math.abs(experiment.price(prices) / nanoseconds - 1));
  const rows = Object.entries(constants).map(([name, value]) => [name, String(value), former[name]!.toPrecision(4)]);
  return [
    ...tableLines([[`${plane.name}, ns`, 'measured', 'by the constants'], ...experiments], ['left', 'right', 'right']),
    '',
    ...(errors.length > 0 ? [errorLine(errors), ''] : []),
    ...tableLines([['constant', 'now', 'unless measured'], ...rows], ['left', 'right', 'right']),
  ].join('\n');
}

function errorLine(errors: readonly number[]): string {
  return `The constants are off by ${percent(medianOf(errors))} in the median, by ${percent(Math.max(...errors))} at most.`;
}

function percent(part: number): string {
  return `${Math.round(100 * part)} %`;
}

/** What tells one machine from another. */
function machine(): Readonly<Record<string, string>> {
  return { kernel: release(), processor: processorName() };
}

function processorName(): string {
  try {
    return /^model name\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? process.arch;
  } catch {
    return process.arch;
  }
}
