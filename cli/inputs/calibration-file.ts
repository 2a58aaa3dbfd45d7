/** The file that `sluice calibrate` writes and `--calibration` names: docs/schemas/calibration.json says what is where. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { Constants } from '../../compiler/cost/prices.ts';
import type { Plane } from '../../compiler/plane.ts';
import { PROBLEMS } from '../problems.ts';
import { reasonOf } from '../system-error.ts';
import { record, type InputRecord } from './recorded-inputs.ts';

/** Counts up when a reader of an older file would misread a newer one. */
const FORMAT = 1;

/** The constants of planes by their names. */
export type CalibratedPlanes = Readonly<Record<string, Constants>>;

export interface ReadCalibration {
  readonly planes: CalibratedPlanes;
  readonly bytes: Uint8Array;
}

export function calibrationText(machine: Readonly<Record<string, string>>, planes: CalibratedPlanes): string {
  return `${JSON.stringify({ 'sluice-calibration': FORMAT, machine, planes }, undefined, 2)}\n`;
}

/** What the file says; a finding where it is something else, or tells constants that these planes do not have. */
export function readCalibration(
  path: string,
  known: readonly Plane[],
): ReadCalibration | { readonly finding: Diagnostic } {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return { finding: diagnostic(PROBLEMS.unreadable, undefined, `${path} cannot be read: ${reasonOf(error)}`) };
  }
  const wrong = (what: string) => ({
    finding: diagnostic(PROBLEMS.noCalibration, undefined, `${path} ${what}`, { hint: HINT }),
  });
  const planes = planesIn(new TextDecoder().decode(bytes));
  if (!planes) return wrong('is no calibration');
  for (const [name, constants] of Object.entries(planes)) {
    const plane = known.find((one) => one.name === name && one.calibration);
    if (!plane?.calibration) return wrong(`calibrates \`${name}\`, which is no plane with prices to calibrate`);
    const { constants: own } = plane.calibration;
    const strange = Object.keys(constants).find((key) => !(key in own));
    if (strange !== undefined) return wrong(`tells \`${strange}\`, which ${name} does not have`);
    const missing = Object.keys(own).find((key) => !(key in constants));
    if (missing !== undefined) return wrong(`does not tell \`${missing}\` of ${name}`);
  }
  return { planes, bytes };
}

/** Whether a file is empty, or begins as one that `sluice calibrate` has written. */
export function isCalibration(beginning: string): boolean {
  return beginning === '' || beginning.includes('"sluice-calibration"');
}

const HINT = '`sluice calibrate -o FILE` writes one, as this version needs it.';

function planesIn(text: string): CalibratedPlanes | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(document) || document['sluice-calibration'] !== FORMAT) return undefined;
  const { planes } = document;
  if (!isObject(planes) || !Object.values(planes).every(isConstants)) return undefined;
  return planes as CalibratedPlanes;
}

function isConstants(value: unknown): boolean {
  return (
    isObject(value) &&
    Object.values(value).every((one) => typeof one === 'number' && Number.isFinite(one) && one > 0 && one < 1e9)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The planes, those that the file calibrates with its prices. */
export function withCalibration(planes: readonly Plane[], calibrated: CalibratedPlanes): readonly Plane[] {
  return planes.map((plane) => {
    const constants = calibrated[plane.name];
    return constants && plane.calibration ? { ...plane, prices: plane.calibration.pricesOf(constants) } : plane;
  });
}

/** The planes with the prices of a calibration's file, and its record; a finding where the file is something else. */
export function openCalibration(
  path: string,
  planes: readonly Plane[],
): { readonly planes: readonly Plane[]; readonly record: InputRecord } | { readonly finding: Diagnostic } {
  const read = readCalibration(path, planes);
  if ('finding' in read) return read;
  return { planes: withCalibration(planes, read.planes), record: record(basename(path), read.bytes) };
}
