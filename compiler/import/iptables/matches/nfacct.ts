/** `-m nfacct`: holds of every packet, and counts it. */
import { VALUE, type Extension } from '../options.ts';

export const nfacct: Extension = {
  name: 'nfacct',
  options: { 'nfacct-name': VALUE },
  translate(options, rule) {
    const name = options.value('nfacct-name') ?? '';
    rule.leaveOut(
      `what \`nfacct\` counts as \`${name}\` becomes a counter of the policy, and quotas of it are left out`,
      'Read it with `nft list counters`.',
    );
    rule.effect(`count as ${counterName(name)}`);
    rule.closeMatches();
  },
};

/** In quotes: the name may be any. */
function counterName(name: string): string {
  return JSON.stringify(name);
}
