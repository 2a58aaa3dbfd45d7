import type { Expect, Expectation, ExpectOption } from '../../../ast/index.ts';
import { words, type Doc, type Part, type Printers, type Printing } from '../../../printing.ts';
import { printFlagsTest } from '../../clauses/service/print.ts';
import { printIcmp } from '../../values/icmp/print.ts';
import { printEndpoint } from '../../values/endpoint/print.ts';
import { printName } from '../../values/name/print.ts';
import { printPlainVerdict } from '../filter/print.ts';
import { printGiven } from '../given/print.ts';

const valued: Printers<ExpectOption>['length' | 'ttl' | 'mark' | 'dscp'] = ({ kind, value }, at) =>
  words(kind, at.value(value));

const OPTIONS: Printers<ExpectOption> = {
  'tcp-flags': ({ test }) => `tcp flags ${printFlagsTest(test)}`,
  length: valued,
  ttl: valued,
  mark: valued,
  dscp: valued,
  fragment: ({ which }) => `fragment ${which}`,
  established: () => 'established',
  reply: () => 'reply',
  after: ({ packets, within }, at) =>
    words('after', at.value(packets), 'packets', within && words('within', at.value(within))),
  socket: ({ name }) => `to socket ${printName(name)}`,
  counted: ({ name }) => `counted as ${printName(name)}`,
  logged: () => 'logged',
};

export function printExpect(expect: Expect, at: Printing): Doc {
  return at.block(expect, 'expect', expect.body, (item) =>
    item.kind === 'expectation' ? printExpectation(item, at) : printGiven(item, at),
  );
}

function printExpectation(expectation: Expectation, at: Printing): Doc {
  const { source, destination, options, becomes } = expectation;
  const parts: Part[] = [
    {
      node: { span: { ...source.span, start: expectation.span.start } },
      print: () =>
        words(printPlainVerdict(expectation), printProtocol(expectation, at), printEndpoint(source, at, true)),
    },
    { node: destination, print: () => words('->', printEndpoint(destination, at, true)) },
  ];
  for (const direction of ['in', 'out'] as const) {
    const zone = expectation[direction];
    if (zone) parts.push({ node: zone, print: () => `${direction} ${printName(zone)}` });
  }
  for (const option of options) {
    const print = OPTIONS[option.kind] as (option: ExpectOption, at: Printing) => Doc;
    parts.push({ node: option, print: () => print(option, at) });
  }
  if (becomes) {
    const { span } = becomes.source ?? becomes.destination ?? destination;
    const node = { span: { ...span, end: expectation.span.end } };
    parts.push({ node, print: () => printBecomes(becomes, at) });
  }
  return at.flow(expectation, parts);
}

function printProtocol({ protocol }: Expectation, at: Printing): Doc {
  if (protocol.kind === 'name') return printName(protocol);
  return protocol.kind === 'icmp' ? printIcmp(protocol, at) : words('proto', at.value(protocol));
}

function printBecomes({ source, destination }: NonNullable<Expectation['becomes']>, at: Printing): Doc {
  return words(
    'becomes',
    source && printEndpoint(source, at, true),
    destination && words('->', printEndpoint(destination, at, true)),
  );
}
