/** Tables that are large enough for something to be asked before they are looked up, and sets that are asked under a mask. */
import { describeWithKernel } from './harness/require-kernel.ts';
import { agrees } from './reference/agreeing.ts';

/** Rows for so many hosts of 10.0.0.0/17. */
const rowsOf = (count: number, cellsOf: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => `(10.0.${at >> 8}.${at & 255}, ${cellsOf(at)})`).join(', ');

const hosts = `table hosts(address: ipv4 key, mark: u32) = { ${rowsOf(20_000, (at) => `${(at % 5) + 1}`)} }\n`;
const closed = `table closed(address: ipv4, proto: proto, port: port, key (address, proto, port)) = {
  ${rowsOf(20_000, (at) => ['tcp, 25', 'tcp, 445', 'udp, 1900'][at % 3]!)}
}\n`;
const rooms = `let rooms = { ${Array.from({ length: 20 }, (_, at) => `10.0.${at * 2}.0/24`).join(', ')} }\n`;

describeWithKernel('what is asked before a large table', () => {
  agrees(
    'is the prefix that its hosts share',
    `${hosts}mangle forward {
       each h in hosts { mark set h.mark from h.address }
       each h in hosts { mark set h.mark to h.address }
     }
     filter forward stateless default drop { allow mark is 1  allow mark is 3 udp  drop mark is 2 }`,
  );
  agrees(
    'is the services that its rows name',
    `${closed}filter forward default allow { each c in closed { drop from c.address c.proto/c.port } }`,
  );
});

describeWithKernel('prefixes of one length', () => {
  agrees(
    'are a hash of their upper bits',
    `${rooms}filter forward stateless default allow { drop from rooms tcp  drop ipv4 not to rooms udp }`,
  );
});
