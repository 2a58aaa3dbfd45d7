/**
 * A server behind a balancer: `server.mjs NAME ADDRESS…` answers whatever comes to port 8080 of its addresses, by TCP and UDP,
 * with its name. Says `ready` once it listens everywhere.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const PORT = 8080;
const [name, ...addresses] = process.argv.slice(2);
let waiting = 2 * addresses.length;

function ready() {
  waiting--;
  if (waiting === 0) process.stdout.write('ready\n');
}

for (const address of addresses) {
  const datagrams = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  datagrams.on('message', (_, { port, address: client }) => datagrams.send(name, port, client));
  datagrams.bind(PORT, address, ready);
  const connections = createServer((socket) => {
    socket.on('data', () => socket.write(name));
    socket.on('error', () => socket.destroy());
  });
  connections.listen(PORT, address, ready);
}
