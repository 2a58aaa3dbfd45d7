/** A router in a network namespace, whose kernel carries out a rule set, and all its neighbours. See README.md. */
import { spawn } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { AgentProcess, operations } from './agent-process.ts';
import type { InjectedFrame, Observation, Sighting, Stray } from './observation.ts';
import { causeOf, classify, isKernelChatter, readSightings, ROUTER } from './observation.ts';
import { encodeFrame, parseAddress } from './packet.ts';
import { outsideSysctls, routerSysctls, sysctlScript } from './sysctls.ts';
import type { LabInterface, Link } from './topology.ts';
import { linkOf, outsideCommands, routerCommands } from './topology.ts';

export interface LabOptions {
  interfaces: readonly LabInterface[];
  /** Over `routerSysctls`, as sysctl(8) writes them; interfaces exist already, so `net.ipv4.conf.lan0.…` works. */
  sysctls?: Readonly<Record<string, string>>;
  /** Further addresses of the router, with prefix length, on its loopback interface. */
  localAddresses?: readonly string[];
}

/** A socket of the router for a policy that looks for one (tproxy). It never receives anything. */
export interface LabSocket {
  protocol: 'tcp' | 'udp';
  /** An address of either family, `0.0.0.0` and `::` included. */
  address: string;
  port: number;
  transparent?: boolean;
}

/** A rule set that nft did not load; the message is nft's, with the line at fault. */
export class RulesetError extends Error {
  override readonly name = 'RulesetError';
}

/** How many bytes of frames go to the agent at once. */
const batchBytes = 4 << 20;

/** In milliseconds. */
const betweenLooks = 5;
const longestWait = 30_000;

export class Lab {
  /** What was seen and belongs to no frame of the `send` that saw it. Grows until the caller empties it. */
  readonly strays: Stray[] = [];
  readonly #agent: AgentProcess;
  readonly #interfaces: readonly string[];
  readonly #router: number;

  private constructor(agent: AgentProcess, interfaces: readonly string[], router: number) {
    this.#agent = agent;
    this.#interfaces = interfaces;
    this.#router = router;
  }

  static async create(options: LabOptions): Promise<Lab> {
    const agent = new AgentProcess();
    try {
      const processes = await agent.request(operations.hello);
      const [router, outside] = [processes.readUInt32LE(0), processes.readUInt32LE(4)];
      const names = options.interfaces.map(({ name }) => name);
      await inNamespace(outside, ['sh', '-s'], sysctlScript(outsideSysctls));
      await inNamespace(router, ['sh', '-s'], sysctlScript(routerSysctls));
      const build = routerCommands(options.interfaces, options.localAddresses ?? [], outside);
      await inNamespace(router, ['ip', '-batch', '-'], build);
      await inNamespace(outside, ['ip', '-batch', '-'], outsideCommands(options.interfaces));
      await inNamespace(router, ['sh', '-s'], sysctlScript(options.sysctls ?? {}));
      for (const process of [router, outside]) await linksUp(process);
      await agent.request(operations.interfaces, Buffer.concat(names.map(nameField)));
      return new Lab(agent, names, router);
    } catch (error) {
      await agent.close();
      throw error;
    }
  }

  /** The process whose network namespace is the router's: `nsenter -t PID -n` enters it, for a look while debugging. */
  get routerProcess(): number {
    return this.#router;
  }

  /** MAC addresses for frames to this interface. */
  link(name: string): Link {
    return linkOf(this.#number(name));
  }

  /** An IP packet as it arrives at this interface, or, with `ROUTER`, as the router sends it. */
  frame(id: number, name: string, packet: Uint8Array): InjectedFrame {
    if (name === ROUTER) return { id, interface: name, bytes: packet };
    const { router, peer } = this.link(name);
    return { id, interface: name, bytes: encodeFrame({ source: peer, destination: router }, packet) };
  }

  /** Loads a rule set in one transaction, on top of what is loaded. Throws a RulesetError. */
  async load(ruleset: string): Promise<void> {
    try {
      await this.exec(['nft', '-f', '-'], ruleset);
    } catch (error) {
      throw new RulesetError(error instanceof Error ? error.message : String(error));
    }
  }

  /** Removes every rule set but the harness's own, and forgets every tracked connection. */
  async flush(): Promise<void> {
    await this.exec(['nft', 'flush', 'ruleset']);
    await this.#agent.request(operations.forget);
  }

  /** Runs a command in the router namespace; its standard output. Throws with its standard error if it fails. */
  exec(command: readonly string[], input = ''): Promise<string> {
    return inNamespace(this.#router, command, input);
  }

  /** Opens these sockets, and closes the ones opened before. `Delivered.socket` is an index in this list. */
  async openSockets(sockets: readonly LabSocket[]): Promise<void> {
    await this.#agent.request(operations.sockets, Buffer.concat(sockets.map(socketRequest)));
  }

  /**
   * Sends the frames in order, each followed to its end before the next, and tells what became of them, round by round,
   * in order of appearance. A frame with no observation is gone. Ids must differ within one call.
   */
  async send(rounds: readonly (readonly InjectedFrame[])[]): Promise<Observation[][]> {
    const all = rounds.flat();
    const frames = new Map(all.map((frame) => [frame.id, frame]));
    if (frames.size !== all.length) throw new Error('two frames of one send have the same id');
    const observations: Observation[][] = [];
    for (const round of rounds) {
      const seen: Observation[] = [];
      for (const batch of batches(round)) {
        const answer = await this.#agent.request(
          operations.send,
          Buffer.concat(batch.flatMap((one) => this.#encode(one))),
        );
        for (const sighting of readSightings(answer)) this.#record(sighting, batch, frames, seen);
      }
      observations.push(seen);
    }
    return observations;
  }

  /**
   * Waits so many milliseconds and tells what left or was delivered meanwhile: packets that a queueing discipline held
   * back. Only packets that carry the id of one of `frames` are told apart; the rest become strays.
   */
  async settle(milliseconds: number, frames: readonly InjectedFrame[] = []): Promise<Observation[]> {
    const answer = await this.#agent.request(operations.settle, word(milliseconds));
    const seen: Observation[] = [];
    const byId = new Map(frames.map((frame) => [frame.id, frame]));
    for (const sighting of readSightings(answer)) this.#record(sighting, [], byId, seen);
    return seen;
  }

  /** Runs `measure` while nothing that leaves is captured: what the lab's own watching costs would be measured too. */
  async unwatched<Result>(measure: () => Promise<Result>): Promise<Result> {
    await this.#agent.request(operations.watch, word(0));
    try {
      return await measure();
    } finally {
      await this.#agent.request(operations.watch, word(1));
    }
  }

  /** Ends the agent; the kernel then removes both namespaces. Also happens when this process ends in any way. */
  destroy(): Promise<void> {
    return this.#agent.close();
  }

  #record(
    sighting: Sighting,
    batch: readonly InjectedFrame[],
    frames: ReadonlyMap<number, InjectedFrame>,
    seen: Observation[],
  ): void {
    const cause = causeOf(sighting, batch, frames);
    if (cause?.interface !== ROUTER && isKernelChatter(sighting)) return;
    if (cause !== undefined) {
      seen.push(classify(sighting, cause, this.#interfaces));
      return;
    }
    const { mark, bytes, priority } = sighting;
    if (sighting.delivered) this.strays.push({ mark, bytes });
    else this.strays.push({ mark, bytes, priority, interface: this.#interfaces[sighting.interface] ?? '' });
  }

  #encode(frame: InjectedFrame): Uint8Array[] {
    const header = Buffer.alloc(8);
    header.writeUInt32LE(frame.interface === ROUTER ? 0xffff_ffff : this.#number(frame.interface), 0);
    header.writeUInt32LE(frame.bytes.length, 4);
    return [header, frame.bytes];
  }

  #number(name: string): number {
    const number = this.#interfaces.indexOf(name);
    if (number < 0) throw new Error(`the lab has no interface '${name}'`);
    return number;
  }
}

function* batches(frames: readonly InjectedFrame[]): Generator<InjectedFrame[]> {
  let batch: InjectedFrame[] = [];
  let size = 0;
  for (const frame of frames) {
    batch.push(frame);
    size += frame.bytes.length + 8;
    if (size < batchBytes) continue;
    yield batch;
    batch = [];
    size = 0;
  }
  if (batch.length > 0) yield batch;
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function nameField(name: string): Buffer {
  const field = Buffer.alloc(16);
  field.write(name);
  return field;
}

/** Links that were just set up drop what they should send until the kernel has started their queues, a little later. */
async function linksUp(process: number): Promise<void> {
  for (let waited = 0; waited < longestWait; waited += betweenLooks) {
    const links = await inNamespace(process, ['ip', '-oneline', 'link', 'show', 'type', 'veth'], '');
    if (!/ state (?!UP )/.test(links)) return;
    await setTimeout(betweenLooks);
  }
  throw new Error('links of the lab did not come up');
}

/** `struct socket_request` of agent/sockets.c. */
function socketRequest(socket: LabSocket): Buffer {
  const request = Buffer.alloc(32);
  const address = parseAddress(socket.address);
  request.writeUInt32LE(address.length === 4 ? 4 : 6, 0);
  request.writeUInt32LE(socket.protocol === 'tcp' ? 6 : 17, 4);
  request.writeUInt32LE(socket.port, 8);
  request.writeUInt32LE(socket.transparent === true ? 1 : 0, 12);
  request.set(address, 16);
  return request;
}

function inNamespace(processId: number, command: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('nsenter', ['-t', String(processId), '-n', ...command]);
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (bytes: Buffer) => output.push(bytes));
    child.stderr.on('data', (bytes: Buffer) => errors.push(bytes));
    child.stdin.on('error', () => undefined);
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output).toString());
      else reject(new Error(`${command.join(' ')} (exit code ${code}):\n${Buffer.concat(errors).toString().trim()}`));
    });
    child.stdin.end(input);
  });
}
