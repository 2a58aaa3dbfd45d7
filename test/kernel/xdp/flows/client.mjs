/**
 * Clients of a balancer: `client.mjs FLOWS ADDRESS…`. For each line of its standard input, it asks over so many flows of UDP and
 * as many connections of TCP to each address who answers, and writes that as a line of JSON: names by flow, null where
 * nobody does. Connections stay open from line to line; `FIRST PORT` of flows are the same each time.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const PORT = 8080;
const FIRST_PORT = { datagrams: 20_000, connections: 30_000 };
/** Milliseconds after which nobody answers any more. */
const PATIENCE = 1500;
/** Datagrams on their way at once: more than that, a server that waits for its processor has no room for. */
const AT_ONCE = 100;
const flows = Number(process.argv[2]);
const addresses = process.argv.slice(3);

/** What comes first: an answer, or nothing for long. */
async function answer(emitter) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const [data] = await once(emitter, emitter.answers, { signal: patience.signal });
    return String(data);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

async function askByDatagram(address, port) {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.answers = 'message';
  await new Promise((bound) => socket.bind(port, bound));
  const answered = answer(socket);
  socket.send('who', PORT, address);
  const name = await answered;
  socket.close();
  return name;
}

const connections = new Map();

function connectionTo(address, port) {
  const key = `${address} ${port}`;
  let socket = connections.get(key);
  if (!socket) {
    socket = connect({ host: address, port: PORT, localPort: port });
    socket.answers = 'data';
    socket.on('error', () => {});
    connections.set(key, socket);
  }
  return socket;
}

async function askByConnection(address, port) {
  const socket = connectionTo(address, port);
  if (socket.destroyed) return null;
  const answered = answer(socket);
  socket.write('who');
  return answered;
}

async function askByDatagrams(address) {
  const names = [];
  for (let first = 0; first < flows; first += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, flows - first) }, (_, at) => FIRST_PORT.datagrams + first + at);
    names.push(...(await Promise.all(some.map((port) => askByDatagram(address, port)))));
  }
  return names;
}

async function ask() {
  const numbers = Array.from({ length: flows }, (_, flow) => flow);
  const result = {};
  for (const address of addresses) {
    result[address] = {
      datagrams: await askByDatagrams(address),
      connections: await Promise.all(numbers.map((flow) => askByConnection(address, FIRST_PORT.connections + flow))),
    };
  }
  return result;
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
while (!(await lines.next()).done) {
  process.stdout.write(`${JSON.stringify(await ask())}\n`);
}
process.exit();
