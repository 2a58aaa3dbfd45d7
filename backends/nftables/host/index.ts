/** What the host must have besides the rule set, a file for each kind. */
import type { Program } from '../../../compiler/4-program/program.ts';
import { FLUSH_ROUTES, ROUTES_PATH } from '../../../compiler/artifacts/dispatch-routes.ts';
import type { HostFile } from './host-file.ts';
import { modulesFile } from './modules.ts';
import { dispatchFile } from './dispatch.ts';
import { settingsFile } from './settings.ts';

/** In the order in which they are applied. */
const FILES: readonly ((program: Program) => HostFile | undefined)[] = [modulesFile, settingsFile, dispatchFile];

export function hostFiles(program: Program): HostFile[] {
  return FILES.map((file) => file(program)).filter((file) => file !== undefined);
}

/** What an earlier build set up on the host by files that there are no more, and how it is taken back; a line each. */
export function formerUnloads(former: ReadonlyMap<string, Uint8Array>, files: readonly HostFile[]): readonly string[] {
  const gone = (path: string) => former.has(path) && files.every((file) => file.path !== path);
  return gone(ROUTES_PATH) ? [`the addresses of \`dispatch\` are local no more: ${FLUSH_ROUTES}`] : [];
}
