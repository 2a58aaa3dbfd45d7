/** A router for one policy and one script: nothing of a former one is left in it, no flow, no fragment, no setting. */
import { Lab } from '../../../cli/lab/lab.ts';
import type { Built } from './build.ts';
import { loadInLab } from '../xdp/in-lab.ts';
import { labOptions, type Network } from './network.ts';

/** Makes the router, lets `use` have it, and takes it down. Throws a RulesetError where the rule set does not load. */
export async function withRouter<Result>(
  network: Network,
  { ruleset, queues, redirect, classes, sysctls, xdp }: Built,
  use: (lab: Lab) => Promise<Result>,
): Promise<Result> {
  const lab = await Lab.create({ ...labOptions(network), sysctls });
  try {
    await lab.load(ruleset);
    // Without classes it is a queue of a kind that the kernel here has not.
    if (queues !== undefined && classes.size > 0) await loadQueues(lab, queues, redirect);
    const unload = xdp && loadInLab(lab, xdp);
    try {
      return await use(lab);
    } finally {
      unload?.();
    }
  } finally {
    await lab.destroy();
  }
}

/** As a build's commands do. */
async function loadQueues(lab: Lab, queues: string, redirect = ''): Promise<void> {
  for (const [, device] of redirect.matchAll(/fwd to "([^"]+)"/g)) {
    await lab.exec(['ip', 'link', 'add', device!, 'type', 'ifb']);
    await lab.exec(['ip', 'link', 'set', 'dev', device!, 'up', 'txqueuelen', '1000']);
  }
  await lab.exec(['tc', '-batch', '-'], queues);
  if (redirect !== '') await lab.exec(['nft', '-f', '-'], redirect);
}
