/** Addresses of `dispatch` are local, whichever plane of the target picks the sockets. */
import { routesFile } from '../../../compiler/artifacts/dispatch-routes.ts';
import type { Program } from '../../../compiler/4-program/program.ts';
import type { HostFile } from './host-file.ts';

export function dispatchFile({ policy }: Program): HostFile | undefined {
  const routes = routesFile(policy);
  return routes && { ...routes, when: 'after the rules' };
}
