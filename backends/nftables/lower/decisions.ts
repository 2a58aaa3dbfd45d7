/** Verdicts and translations as nft statements. */
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { formatIpv4, formatIpv6 } from '../../../compiler/net/address.ts';
import type { Decision, Family } from '../../../compiler/4-program/program.ts';
import type { AddressTarget, Cell, Origin, PortTarget, Translation, Verdict } from '../../../compiler/model/index.ts';
import type { Context } from './context.ts';
import { classStatement } from './classes.ts';
import { socketStatement } from './dispatch.ts';
import { isHairpin, LABEL_HAIRPIN } from './hairpin.ts';
import { rejectStatement } from './rejects.ts';
import { translationData } from './row-cells.ts';
import type { RowValues } from './row-values.ts';

export interface DecisionPlace {
  readonly context: Context;
  readonly family: Family | undefined;
  readonly origin: Origin;
  /** Protocols that are left; undefined: any. */
  readonly protocols: IntervalSet | undefined;
  /** A match in the same line says the transport protocol: nft looks there for what a translation of ports needs. */
  readonly saysTransport?: boolean;
  /** The row that a lookup found, if one did. */
  readonly row?: RowValues | undefined;
}

/** The statements that end a rule; matches that the translation needs come first. */
export function decisionStatements(decision: Decision, place: DecisionPlace): string[] {
  switch (decision.kind) {
    case 'verdict':
      return [verdictStatement(decision.verdict, place)];
    case 'translation':
      return translationStatements(decision.translation, place);
    case 'socket':
      return [socketStatement(decision, place.family, place.context, place.origin)];
    case 'class':
      return [classStatement(decision.class, place), 'accept'];
  }
}

export function verdictStatement(verdict: Verdict, place: DecisionPlace): string {
  switch (verdict.kind) {
    case 'allow':
      return 'accept';
    case 'drop':
      return 'drop';
    case 'leave':
      return 'return';
    case 'reject':
      return rejectStatement(verdict.reason, place);
    case 'synproxy':
      // What the proxy answers never comes so far (see synproxy.ts); all else that the rule holds for ends here.
      return 'drop';
  }
}

function translationStatements(translation: Translation, place: DecisionPlace): string[] {
  switch (translation.kind) {
    case 'masquerade':
      return withPorts('masquerade', translation.ports, translation.random ? ['random'] : [], place);
    case 'redirect':
      return withPorts('redirect', translation.ports, [], place);
    case 'snat':
    case 'dnat': {
      const target = place.family === 6 ? translation.target.v6 : translation.target.v4;
      const flags = [...(translation.random ? ['random'] : []), ...(translation.persistent ? ['persistent'] : [])];
      const statements = toTarget(translation.kind, target, translation.target.ports, flags, place);
      return isHairpin(translation) ? labelled(statements, translation, place) : statements;
    }
  }
}

function withPorts(
  verb: string,
  ports: PortTarget | undefined,
  flags: readonly string[],
  place: DecisionPlace,
): string[] {
  const suffix = flags.length > 0 ? ` ${flags.join(',')}` : '';
  if (ports === undefined) return [`${verb}${suffix}`];
  return [...transportMatch(place), `${verb} to :${portText(ports, place)}${suffix}`];
}

function toTarget(
  verb: 'snat' | 'dnat',
  target: AddressTarget | undefined,
  ports: PortTarget | undefined,
  flags: readonly string[],
  place: DecisionPlace,
): string[] {
  const version = place.family === 6 ? 'ip6' : 'ip';
  const suffix = flags.length > 0 ? ` ${flags.join(',')}` : '';
  if (target?.kind === 'prefix') {
    const [from, to] = [target.from, target.to].map((prefix) => `${addressText(prefix.value, place)}/${prefix.length}`);
    const side = verb === 'snat' ? 'saddr' : 'daddr';
    return [`${verb} ${version} prefix to ${version} ${side} map { ${from} : ${to} }${suffix}`];
  }
  if (target?.kind === 'cell') return fromRow(`${verb} ${version} to`, target, ports, suffix, place);
  const address = target?.kind === 'range' ? rangeText(target.low, target.high, place) : '';
  if (ports === undefined) return [`${verb} ${version} to ${address}${suffix}`];
  const bracketed = place.family === 6 && address !== '' ? bracket(address) : address;
  return [...transportMatch(place), `${verb} ${version} to ${bracketed}:${portText(ports, place)}${suffix}`];
}

/** The flow gets its label only where the translation is certain to follow. */
function labelled(statements: readonly string[], translation: Translation, { row }: DecisionPlace): string[] {
  const cells = translationCells(translation);
  const found = row && !row.isComplete(cells) ? [row.member(cells)] : [];
  return [...statements.slice(0, -1), ...found, LABEL_HAIRPIN, ...statements.slice(-1)];
}

/** The cells that a translation takes its target from. */
export function translationCells(translation: Translation): Cell[] {
  if (translation.kind !== 'snat' && translation.kind !== 'dnat') return [];
  const { v4, v6, ports } = translation.target;
  return [v4, v6, ports].filter((part): part is Cell => part?.kind === 'cell');
}

/** `dnat ip to KEY map @forwards_room_inner`. A row finds its port only where the packet has one. */
function fromRow(
  verb: string,
  target: Cell,
  ports: PortTarget | undefined,
  suffix: string,
  place: DecisionPlace,
): string[] {
  const { row } = place;
  if (!row?.owns(target) || (ports?.kind === 'cell' && !row.owns(ports))) return [noRow(place)];
  const data = translationData(row, target, ports, place.family);
  // Of a key with a port nft knows that there is one, but not where the map's data are ranges.
  const isKnown = row.key.fields.some((field) => field.endsWith('port')) && !data.types[0]!.startsWith('interval');
  const statement = `${verb} ${row.map(data)}${suffix}`;
  return [...(ports === undefined || isKnown ? [] : transportMatch(place)), statement];
}

/** nft wants `[low]-[high]:port` for IPv6. */
function bracket(range: string): string {
  return range
    .split('-')
    .map((address) => `[${address}]`)
    .join('-');
}

/** A port can be written only where there is one: nft asks for a match of the transport protocol. */
function transportMatch(place: DecisionPlace): string[] {
  const transports = IntervalSet.fromIntervals(8, [
    [6, 6],
    [17, 17],
    [33, 33],
    [132, 132],
    [136, 136],
  ]);
  return place.saysTransport && place.protocols?.isSubsetOf(transports)
    ? []
    : ['meta l4proto { tcp, udp, dccp, sctp, udplite }'];
}

function rangeText(low: bigint, high: bigint, place: DecisionPlace): string {
  return low === high ? addressText(low, place) : `${addressText(low, place)}-${addressText(high, place)}`;
}

function addressText(value: bigint, place: Pick<DecisionPlace, 'family'>): string {
  return place.family === 6 ? formatIpv6(value) : formatIpv4(Number(value));
}

function portText(ports: PortTarget, place: DecisionPlace): string {
  if (ports.kind === 'cell') return noRow(place);
  return ports.low === ports.high ? String(ports.low) : `${ports.low}-${ports.high}`;
}

function noRow(place: DecisionPlace): string {
  place.context.refuse(
    place.origin,
    'the translation leads to a value of a row that no lookup found',
    'Take the address from the table whose key finds the row, and a port only together with an address.',
  );
  return '';
}
