/** p4c-dpdk and DPDK's pipeline. */
import type { Tools } from '../tools.ts';
import { tableChanges } from './changes.ts';
import { CONSOLE } from './console.ts';
import { tableFiles } from './table-files.ts';

export const DPDK_TOOLS: Tools = {
  entryFiles: tableFiles,
  changes: tableChanges,
  load: ['p4c-dpdk --arch pna -o p4/program.spec p4/program.p4', `${CONSOLE} < p4/entries.cli`],
  makes: ['p4/program.spec'],
  unload: [`${CONSOLE} < p4/clear.cli`],
};
