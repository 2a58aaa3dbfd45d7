/** The campus's router in a lab, and what the packets of its flows cost there. */
import { Lab } from '../../../cli/lab/lab.ts';
import { measureLiveFrames } from '../live-frames.ts';
import type { Campus } from './data.ts';
import { inward, outward, randomFlows, type Flow } from './traffic.ts';

const newFlows = 150_000;
const establishedFlows = 50_000;
const packets = 300_000;

/** Nanoseconds of processor time for a packet. */
export interface FlowCosts {
  readonly new: number;
  readonly established: number;
}

/** A router between the members and the world, with the rule set in it. */
export async function campusRouter(ruleset?: string): Promise<Lab> {
  const lab = await Lab.create({
    interfaces: [
      { name: 'lan0', addresses: ['172.16.0.1/24'], routes: ['10.0.0.0/8', '2001:db8::/32'] },
      { name: 'uplink0', addresses: ['198.51.100.1/24'], routes: ['0.0.0.0/0', '::/0'] },
    ],
  });
  if (ruleset !== undefined) await lab.load(ruleset);
  return lab;
}

/**
 * Flows of random devices, the same in each router for the same `round`: what their first packets cost, and what further
 * ones do once `answerTo` has had answers.
 */
export async function flowCosts(
  lab: Lab,
  campus: Campus,
  round: number,
  answerTo: (flow: Flow) => string,
): Promise<FlowCosts> {
  await forgetFlows(lab);
  const first = await costOf(lab, 'lan0', outward(lab, randomFlows(campus, newFlows, 1000 + round)), newFlows);
  await forgetFlows(lab);
  const flows = randomFlows(campus, establishedFlows, 1);
  await costOf(lab, 'lan0', outward(lab, flows), establishedFlows);
  await costOf(lab, 'uplink0', inward(lab, flows, answerTo), establishedFlows);
  return { new: first, established: await costOf(lab, 'lan0', outward(lab, flows), packets) };
}

async function forgetFlows(lab: Lab): Promise<void> {
  await lab.exec(['conntrack', '-F']).catch(() => '');
}

/** Nanoseconds of processor time for a packet, the injection's own taken off. */
export async function costOf(lab: Lab, name: string, frames: readonly Uint8Array[], count: number): Promise<number> {
  const runs = [
    { packets: count, action: 'pass' },
    { packets: count, action: 'drop' },
  ] as const;
  const [pass, drop] = await measureLiveFrames(lab, { interface: name, frames, runs });
  return pass!.processor - drop!.processor;
}
