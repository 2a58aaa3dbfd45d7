/** Lines of `expect` carried out by the kernel: real packets through what the policy compiles to, in namespaces of our own. */
import { compileChecked, type CompileResult } from '../../compiler/compile.ts';
import type { Policy } from '../../compiler/model/index.ts';
import type { ExaminedExpectation } from '../../compiler/semantics/expect.ts';
import { difference } from '../../compiler/semantics/expectations/differences.ts';
import { permissive } from '../../compiler/semantics/expectations/flow.ts';
import { sceneFor } from '../../compiler/semantics/expectations/scene.ts';
import { diagnostic, isError, type Diagnostic } from '../../grammar/diagnostic.ts';
import { Lab } from '../lab/lab.ts';
import { buildHash } from '../output/build-hash.ts';
import { PLANES } from '../planes.ts';
import { PROBLEMS } from '../problems.ts';
import { Conversation } from './conversation.ts';
import { LOADED_PLANE, LoadableTarget, PLANES_LEFT_OUT } from './loaded.ts';
import { kernelNetwork, type KernelNetwork } from './network.ts';
import { paceOf } from './pace.ts';
import { untriedBecause } from './untried.ts';

/** What the kernel made of a line. */
export interface TriedExpectation {
  readonly expectation: ExaminedExpectation['expectation'];
  readonly outcome: 'held' | 'not met' | 'not tried';
  /** Undefined where it held. */
  readonly finding: Diagnostic | undefined;
}

export interface Tried {
  readonly lines: readonly TriedExpectation[];
  /** What keeps all of them from being tried. */
  readonly findings: readonly Diagnostic[];
}

/** Tries every line that can be, each with a rule set that has seen no packet. `now`: of lines without a time, milliseconds. */
export async function tryExpectations(
  policy: Policy,
  examined: readonly ExaminedExpectation[],
  now: number,
): Promise<Tried> {
  if (examined.length === 0) return { lines: [], findings: [] };
  const compiled = compileFor(policy, true);
  const [target] = compiled.targets;
  if (!target) return { lines: [], findings: compiled.diagnostics.filter(isError) };
  const other = target.planes.find(({ plane }) => plane !== LOADED_PLANE && !PLANES_LEFT_OUT.includes(plane));
  if (other) return { lines: [], findings: [otherPlane(target.name, other.plane)] };
  const kernel = new Kernel(policy, new LoadableTarget(target), now);
  try {
    const lines: TriedExpectation[] = [];
    for (const line of examined) lines.push(await kernel.try(line));
    return { lines, findings: [] };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { lines: [], findings: [diagnostic(PROBLEMS.kernelRefuses, undefined, error.message.trim())] };
  } finally {
    await kernel.end();
  }
}

/** For the first target, whose zones expectations speak of. */
function compileFor(policy: Policy, proof: boolean): CompileResult {
  const [target] = policy.targets;
  const choice = target ? { target: target.name } : {};
  return compileChecked(policy, { planes: PLANES, nameBuild: buildHash, proof, ...choice });
}

function otherPlane(target: string, plane: string): Diagnostic {
  const message = `target \`${target}\` has a part of the policy on ${plane}, which --kernel does not load`;
  const hint = `--kernel carries out what ${LOADED_PLANE} has. Where the policy's first target names that plane alone, it can be tried.`;
  return diagnostic(PROBLEMS.kernelRefuses, undefined, message, { hint });
}

interface Room {
  readonly key: string;
  readonly lab: Lab;
}

class Kernel {
  readonly #policy: Policy;
  readonly #target: LoadableTarget;
  readonly #now: number;
  /** Lets every flow through, translated as the policy has it: made when a line is about a flow. */
  #open: LoadableTarget | undefined;
  #room: Room | undefined;

  constructor(policy: Policy, target: LoadableTarget, now: number) {
    this.#policy = policy;
    this.#target = target;
    this.#now = now;
  }

  async try(line: ExaminedExpectation): Promise<TriedExpectation> {
    const { expectation } = line;
    const given = this.#policy.expectations.find(({ expectations }) => expectations.includes(expectation))!.given;
    const notTried = (why: string): TriedExpectation => ({
      expectation,
      outcome: 'not tried',
      finding: diagnostic(PROBLEMS.notTried, expectation.span, `not tried in the kernel: ${why}`),
    });
    const untried = untriedBecause(given, line);
    if (untried !== undefined) return notTried(untried);
    const scene = sceneFor(this.#policy, given, expectation);
    const network = kernelNetwork(this.#policy, scene.environment);
    if (typeof network === 'string') return notTried(network);
    const at = given.time === undefined ? this.#now : given.time * 1000;
    const pace = paceOf(this.#policy, given, expectation, { line: at, kernel: Date.now() });
    if (typeof pace === 'string') return notTried(pace);

    const lab = await this.#labFor(network);
    const conversation = new Conversation(lab, expectation, scene, network);
    if (expectation.flow !== undefined) await this.#openTarget().loadInto(lab);
    const arrival = await conversation.begin();
    await this.#target.loadInto(lab);
    await lab.openSockets(network.sockets);
    const seen = await conversation.finish(arrival, pace);
    if (typeof seen === 'string') return notTried(seen);
    const logs = line.outcomes[0]?.logs ?? [];
    const found = difference(expectation, { ...seen, logs }, this.#policy, scene.environment);
    if (found === undefined) return { expectation, outcome: 'held', finding: undefined };
    return { expectation, outcome: 'not met', finding: unmet(line, found) };
  }

  async end(): Promise<void> {
    await this.#room?.lab.destroy();
    this.#target.remove();
    this.#open?.remove();
  }

  /** Without a rule set and without flows; the one before, where its surroundings are the same. */
  async #labFor(network: KernelNetwork): Promise<Lab> {
    const key = JSON.stringify([network.lab, network.commands]);
    if (this.#room?.key === key) {
      await this.#room.lab.flush();
      return this.#room.lab;
    }
    await this.#room?.lab.destroy();
    this.#room = undefined;
    const lab = await Lab.create(network.lab);
    this.#room = { key, lab };
    for (const command of network.commands) await lab.exec(command);
    return lab;
  }

  #openTarget(): LoadableTarget {
    if (this.#open) return this.#open;
    const { targets, diagnostics } = compileFor(permissive(this.#policy), false);
    const [target] = targets;
    if (!target) throw new Error(diagnostics.find(isError)?.message ?? 'no rules for flows');
    this.#open = new LoadableTarget(target);
    return this.#open;
  }
}

function unmet({ expectation, finding }: ExaminedExpectation, found: string): Diagnostic {
  const message = `expected \`${expectation.verdict}\`, but in the kernel ${found}`;
  const hint = finding
    ? 'The reference semantics say that this line is not met, too.'
    : 'The reference semantics say that this line is met, so this is a fault of Sluice or of this kernel. Please report it.';
  return diagnostic(PROBLEMS.kernelDiffers, expectation.span, message, { hint });
}
