/**
 * What comes in, on its way to queues. The kernel has none where packets arrive, so they are an interface's of their own (ifb):
 * nftables sends each packet there from the hook at which it has just chosen its class, and out of its queue the packet goes on as
 * if it had come in then. tc's own way, `mirred`, would take the packet past that hook, and so past `mitigate`.
 */
import Handlebars from 'handlebars';
import { oneLine } from '../../compiler/artifacts/one-line.ts';
import type { Origin } from '../../compiler/model/index.ts';
import { positionOf } from '../../grammar/source.ts';
import * as templates from './templates.gen.ts';

export const REDIRECT = 'tc/ingress.nft';
const TABLE = 'sluice_ingress';
const HEAD = Handlebars.compile(templates.redirectHead, { noEscape: true, strict: false });
/** Behind the classes (-400), which are behind `mitigate` (-500). */
const PRIORITY = -300;
/** Packets that a class without a queue of its own holds: of an interface that has none, the kernel takes 32. */
const QUEUE_LENGTH = 1000;

/** Where packets come in, and the interface that has their queues. */
export interface Redirected {
  readonly from: string;
  readonly to: string;
}

export interface Redirect extends Redirected {
  readonly zone: string;
  readonly origin: Origin;
}

export function redirectText(redirects: readonly Redirect[], values: object): string {
  const chains = redirects.map((redirect) =>
    chainText(redirect)
      .map((line) => `\t${line}\n`)
      .join(''),
  );
  return `${HEAD({ ...values, table: TABLE })}table netdev ${TABLE} {\n\tcomment "Made by Sluice"\n\n${chains.join('\n')}}\n`;
}

function chainText({ zone, from, to, origin }: Redirect): readonly string[] {
  const { line } = positionOf(origin.span.source, origin.span.start);
  return [
    ...origin.documentation.map((said) => `# ${oneLine(said)}`),
    `# ${oneLine(`${origin.span.source.path}:${line}: ${origin.text}`)}`,
    `chain from_${zone.replaceAll(/[^A-Za-z0-9_]/g, (sign) => `_${sign.codePointAt(0)!.toString(16)}`)} {`,
    `\ttype filter hook ingress device "${from}" priority ${PRIORITY}; policy accept;`,
    `\tfwd to "${to}"`,
    '}',
  ];
}

/** What a file that `redirectText` wrote says. */
export function redirectsIn(text: string): readonly Redirected[] {
  return [...text.matchAll(/ hook ingress device "(.+?)" .*\n\s*fwd to "(.+?)"/g)].map(([, from = '', to = '']) => ({
    from,
    to,
  }));
}

/** Makes the interfaces, those that are there already left as they are. */
export function interfaceCommands(redirects: readonly Redirected[]): readonly string[] {
  return redirects.flatMap(({ to }) => [
    `ip link show dev ${to} > /dev/null 2>&1 || ip link add ${to} type ifb`,
    `ip link set dev ${to} up txqueuelen ${QUEUE_LENGTH}`,
  ]);
}

export function withoutRedirects(redirects: readonly Redirected[]): readonly string[] {
  return redirects.length > 0 ? [`nft delete table netdev ${TABLE}`] : [];
}

export function withoutInterfaces(redirects: readonly Redirected[]): readonly string[] {
  return redirects.map(({ to }) => `ip link del dev ${to}`);
}
