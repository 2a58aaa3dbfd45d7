/** What `sluice optimize` leaves to iptables: a file for each family, beside the one for nft. */
import { existsSync, rmSync } from 'node:fs';
import {
  RESIDUAL_MARK,
  RESIDUAL_PATHS,
  type Residual,
} from '../../compiler/import/iptables/residual/write-residual.ts';
import { isForeign } from './foreign-file.ts';
import type { NewFile } from './replace-file.ts';

/** `rules.nft`: `rules.iptables.save` */
export function residualPath(output: string, path: string): string {
  return `${output.replace(/\.nft$/, '')}.${path}`;
}

export function residualFiles(output: string, residuals: readonly Residual[]): NewFile[] {
  const encoder = new TextEncoder();
  return residuals.map(({ path, text }) => ({ path: residualPath(output, path), content: [encoder.encode(text)] }));
}

/** Files that stand where one of these would, and that Sluice has not written. */
export function foreignResiduals(output: string, residuals: readonly Residual[]): string[] {
  return residuals.map(({ path }) => residualPath(output, path)).filter((path) => isForeign(path, isOurs));
}

/** Takes away those of an earlier time that would belong to other rules. */
export function removeFormerResiduals(output: string, residuals: readonly Residual[]): void {
  for (const name of RESIDUAL_PATHS) {
    const path = residualPath(output, name);
    if (!residuals.some((one) => one.path === name) && existsSync(path) && !isForeign(path, isOurs)) rmSync(path);
  }
}

function isOurs(beginning: string): boolean {
  return beginning.startsWith(RESIDUAL_MARK);
}
