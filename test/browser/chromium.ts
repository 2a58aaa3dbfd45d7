/**
 * A headless Chromium that a test drives over the pipe of its own protocol (DevTools Protocol): real keys, real layout, light and dark,
 * and every address that the page asks for. Needs no package of npm.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const COMMAND = '/usr/bin/chromium';

/** Why there is no browser here; undefined: there is one. */
export function whyNoChromium(): string | undefined {
  return existsSync(COMMAND) ? undefined : `no ${COMMAND}`;
}

/** What of a page's surroundings a test chooses. */
export interface Surroundings {
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/** Without the flags about networking, it looks for Google's hosts at every start. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--hide-scrollbars',
  '--remote-debugging-pipe',
];

export class Chromium {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #listeners = new Set<(message: Message) => void>();
  #next = 1;
  #session: string | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#process = spawn(COMMAND, [...FLAGS, `--user-data-dir=${folder}`], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    let left = '';
    (this.#process.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
      const messages = `${left}${text}`.split('\0');
      left = messages.pop()!;
      for (const one of messages) this.#receive(JSON.parse(one) as Message);
    });
    this.#process.on('exit', () => {
      for (const settle of this.#waiting.values()) settle({ error: { message: 'Chromium has ended' } });
    });
  }

  /** Starts one, with one empty page. */
  static async start(): Promise<Chromium> {
    const chromium = new Chromium(mkdtempSync(join(tmpdir(), 'sluice-chromium-')));
    const { targetId } = await chromium.ask('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await chromium.ask('Target.attachToTarget', { targetId, flatten: true });
    chromium.#session = sessionId as string;
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await chromium.ask(`${domain}.enable`);
    return chromium;
  }

  /** Asked to close, it waits for its own processes: of one that is killed, they go on writing into the folder for a while. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    // It may end before it answers.
    await this.ask('Browser.close').catch(() => undefined);
    await ended;
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }

  /** Opens a file; gives what the page asked for besides itself, and what it complained about. */
  async open(
    path: string,
    { width, height, scheme }: Surroundings,
  ): Promise<{ asked: string[]; complaints: string[] }> {
    const asked: string[] = [];
    const complaints: string[] = [];
    const listen = ({ method, params = {} }: Message): void => {
      if (method === 'Network.requestWillBeSent') asked.push((params['request'] as { url: string }).url);
      if (method === 'Runtime.exceptionThrown' || method === 'Log.entryAdded') complaints.push(JSON.stringify(params));
    };
    await this.ask('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
    await this.ask('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
    this.#listeners.add(listen);
    try {
      const loaded = new Promise<void>((resolve) => {
        const end = ({ method }: Message): void => {
          if (method !== 'Page.loadEventFired') return;
          this.#listeners.delete(end);
          resolve();
        };
        this.#listeners.add(end);
      });
      await this.ask('Page.navigate', { url: `file://${path}` });
      await loaded;
      // What a resize has to draw comes with the next frame.
      await this.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))');
    } finally {
      this.#listeners.delete(listen);
    }
    return { asked: asked.filter((url) => url !== `file://${path}`), complaints };
  }

  /** The value of an expression in the page; of a promise, what it comes to. */
  async evaluate(expression: string): Promise<unknown> {
    const answer = await this.ask('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    const { result, exceptionDetails } = answer as { result: { value?: unknown }; exceptionDetails?: object };
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return result.value;
  }

  /** Presses a key that has a name, such as `Tab`. */
  async press(key: string): Promise<void> {
    const code = KEY_CODES[key];
    const text = key === 'Enter' ? { text: '\r' } : {};
    for (const type of ['keyDown', 'keyUp']) {
      await this.ask('Input.dispatchKeyEvent', { type, key, code: key, windowsVirtualKeyCode: code, ...text });
    }
  }

  async write(text: string): Promise<void> {
    await this.ask('Input.insertText', { text });
  }

  /** A picture of the whole page, as PNG. */
  async picture(): Promise<Uint8Array> {
    const { data } = await this.ask('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true });
    return Buffer.from(data as string, 'base64');
  }

  /** Asks the browser for something, and waits for its answer. */
  async ask(method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> {
    const id = this.#next++;
    const answer = new Promise<Message>((resolve) => this.#waiting.set(id, resolve));
    const session = this.#session === undefined ? {} : { sessionId: this.#session };
    (this.#process.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    const { result, error } = await answer;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  #receive(message: Message): void {
    if (message.id === undefined) for (const listen of this.#listeners) listen(message);
    else {
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    }
  }
}

const KEY_CODES: Readonly<Record<string, number>> = {
  Tab: 9,
  Enter: 13,
  Escape: 27,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
  '/': 191,
};
