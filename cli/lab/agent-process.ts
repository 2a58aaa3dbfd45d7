/** Talking to the agent: requests answered one after another over its standard streams (see agent/protocol.c). */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { agentBinary } from './agent-binary.ts';

export const operations = { hello: 1, interfaces: 2, send: 3, forget: 4, sockets: 5, settle: 6, watch: 7 } as const;

interface Waiting {
  resolve(answer: Buffer): void;
  reject(reason: Error): void;
}

export class AgentProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting: Waiting[] = [];
  #received: Buffer[] = [];
  #receivedLength = 0;
  #complaints = '';

  constructor() {
    this.#child = spawn(agentBinary(), [], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdout.on('data', (bytes: Buffer) => this.#receive(bytes));
    this.#child.stderr.on('data', (bytes: Buffer) => (this.#complaints += bytes.toString()));
    this.#child.stdin.on('error', () => undefined);
    this.#child.on('error', (error) => this.#failAll(`cannot run the lab's agent: ${error.message}`));
    this.#child.on('close', (code, signal) =>
      this.#failAll(`the lab's agent ended (${signal ?? `exit code ${code}`}) ${this.#complaints}`),
    );
  }

  /** Answers come in the order of the requests. Rejects with the agent's message if the request failed. */
  request(operation: number, payload: Uint8Array = new Uint8Array(0)): Promise<Buffer> {
    const header = Buffer.alloc(8);
    header.writeUInt32LE(operation, 0);
    header.writeUInt32LE(payload.length, 4);
    return new Promise((resolve, reject) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        reject(new Error("the lab's agent has ended"));
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.#child.stdin.write(header);
      this.#child.stdin.write(payload);
    });
  }

  /** Ends the agent and with it its namespaces; resolves when it is gone. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.stdin.end();
    await closed;
  }

  #receive(bytes: Buffer): void {
    this.#received.push(bytes);
    this.#receivedLength += bytes.length;
    for (let answer = this.#take(); answer !== undefined; answer = this.#take()) {
      const waiting = this.#waiting.shift();
      if (answer.status === 0) waiting?.resolve(answer.bytes);
      else waiting?.reject(new Error(`the lab's agent: ${answer.bytes.toString()}`));
    }
  }

  /** The next whole answer, if there is one. */
  #take(): { status: number; bytes: Buffer } | undefined {
    if (this.#receivedLength < 8) return undefined;
    const first = this.#received[0];
    if (first === undefined || first.length < 8) this.#received = [Buffer.concat(this.#received)];
    const length = this.#received[0]?.readUInt32LE(4) ?? 0;
    if (this.#receivedLength < 8 + length) return undefined;
    const whole = this.#received.length === 1 ? this.#received[0] : Buffer.concat(this.#received);
    if (whole === undefined) return undefined;
    const rest = whole.subarray(8 + length);
    this.#received = rest.length > 0 ? [rest] : [];
    this.#receivedLength = rest.length;
    return { status: whole.readUInt32LE(0), bytes: whole.subarray(8, 8 + length) };
  }

  #failAll(reason: string): void {
    for (const waiting of this.#waiting.splice(0)) waiting.reject(new Error(reason.trim()));
  }
}
