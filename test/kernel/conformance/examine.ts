/** One policy against the kernel: sent through, cut down to what fails, written down, told. */
import { NETWORK, type Network } from './network.ts';
import type { Built, PolicyText } from './build.ts';
import { drawWith } from './draw.ts';
import { drawScript } from './draw-script.ts';
import { formatFailure } from './report.ts';
import { agrees, tryPolicy, type RunResult } from './run.ts';
import type { Script } from './script.ts';
import { shrinkScript } from './shrink.ts';

export interface Examined {
  readonly result: RunResult;
  /** Where kernel and reference differ: the fewest packets that show it. */
  readonly script: Script;
  /** For people; undefined where there is no difference. */
  readonly report: string | undefined;
}

/** A difference that needs many packets is told with more of them than it needs, rather than never. */
const SHRINKING_TRIES = 300;

/** Draws about `packets` packets for the policy and compares their fates; `seed` makes them the same each time. */
export function examine(
  text: PolicyText,
  built: Built,
  packets: number,
  seed: number,
  network: Network = NETWORK,
): Promise<Examined> {
  const script = drawWith(seed, (draw) => drawScript(built.policy, network, draw, packets));
  return examineScript(text, built, script, network);
}

export async function examineScript(
  text: PolicyText,
  built: Built,
  script: Script,
  network: Network = NETWORK,
): Promise<Examined> {
  const result = await tryPolicy(network, built, script);
  if (agrees(result)) return { result, script, report: undefined };
  let tries = 0;
  const fails = async (steps: Script): Promise<boolean> =>
    ++tries <= SHRINKING_TRIES && !agrees(await tryPolicy(network, built, steps));
  const fewest = await shrinkScript(script, fails, result.difference?.sent.id);
  const again = await tryPolicy(network, built, fewest);
  const shown = agrees(again) ? result : again;
  return { result, script: agrees(again) ? script : fewest, report: formatFailure(text, built.ruleset, shown) };
}
