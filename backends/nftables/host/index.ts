/** What the host must have besides the rule set, a file for each kind. */
import type { Program } from '../../../compiler/4-program/program.ts';
import type { HostFile } from './host-file.ts';
import { modulesFile } from './modules.ts';
import { routesFile } from './routes.ts';
import { settingsFile } from './settings.ts';

/** In the order in which they are applied. */
const FILES: readonly ((program: Program) => HostFile | undefined)[] = [modulesFile, settingsFile, routesFile];

export function hostFiles(program: Program): HostFile[] {
  return FILES.map((file) => file(program)).filter((file) => file !== undefined);
}
