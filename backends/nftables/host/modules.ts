/** `host/modules.conf`: kernel modules that nft does not load by itself. */
import type { Program } from '../../../compiler/4-program/program.ts';
import { helperModules } from '../lower/helpers.ts';
import type { HostFile } from './host-file.ts';

const PATH = 'host/modules.conf';

/** As modules-load.d(5) reads them; undefined where none is needed. */
export function modulesFile(program: Program): HostFile | undefined {
  const modules = helperModules(program);
  if (modules.length === 0) return undefined;
  const title = `# Kernel modules the policy needs. At every start of the host: as /etc/modules-load.d/sluice.conf`;
  return {
    path: PATH,
    text: `${[title, '', '# Connection tracking helpers.', ...modules].join('\n')}\n`,
    description: 'kernel modules the policy needs',
    load: `modprobe -a ${modules.join(' ')}`,
    when: 'before the rules',
  };
}
