/** Which `balance` blocks XDP can carry out, and why not the others. */
import type { Diagnostic } from '../../grammar/diagnostic.ts';
import type { Program } from '../../compiler/4-program/program.ts';
import type { Balance } from '../../compiler/model/index.ts';
import { backendsIn } from '../../compiler/model/pool.ts';
import { refuse } from './capabilities.ts';
import { MOST_BACKENDS, MOST_ENTRIES, MOST_FLOWS } from './lower/balance.ts';
import { isForward } from './lower/forward.ts';
import { sourcesOf } from './lower/outer-sources.ts';
import { Refusals } from './refusals.ts';
import { refuseZones } from './refused-zones.ts';

/** TCP and UDP. */
const PROTOCOLS_WITH_SOCKETS: ReadonlySet<number> = new Set([6, 17]);

/** Why XDP cannot take a block. Frames that it sends on have passed by everything behind it. */
export function refuseBalance(balance: Balance, program: Program): readonly Diagnostic[] {
  const { origin, forward } = balance;
  const refusals = new Refusals();
  if (!isForward(forward)) {
    const hint =
      forward === 'dnat'
        ? 'Add `nftables` to the target.'
        : 'Use `forward ipip` or `forward gre`, which XDP can write.';
    refusals.add(origin, `XDP cannot send packets to a backend by \`forward ${forward}\``, hint);
    return refusals.diagnostics;
  }
  if (balance.localFirst) refuseLocal(balance, program, refusals);
  if (new Set(balance.fragmentsOn).size < balance.fragmentsOn.length) {
    refusals.add(origin, '`fragments on` names a field twice', 'Name each field once.');
  }
  refuseSources(balance, refusals);
  refuseSizes(balance, program, refusals);
  refuseMitigation(balance, program, refusals);
  refuseZones(program.zones, origin, program, refusals);
  return refusals.diagnostics;
}

/** Programs at XDP can ask for sockets of two protocols, and not what `dispatch` would do. */
function refuseLocal({ origin, services }: Balance, program: Program, refusals: Refusals): void {
  const others = [...services.numberIntervals()].some(([low, high]) =>
    range(low >> 16, high >> 16).some((protocol) => !PROTOCOLS_WITH_SOCKETS.has(protocol)),
  );
  if (others) {
    const hint = 'Give other protocols a block of their own, without `local first`.';
    refusals.add(origin, 'XDP can ask for sockets of TCP and UDP only', hint);
  }
  if (program.stages.some(({ id }) => id === 'dispatch')) {
    const hint = 'Leave `local first` out, or `dispatch`.';
    refusals.add(origin, 'XDP cannot tell which socket `dispatch` would give a packet to', hint);
  }
}

function range(low: number, high: number): number[] {
  return Array.from({ length: high - low + 1 }, (_, at) => low + at);
}

/** `from` has to name one address for each family that backends are of. */
function refuseSources(balance: Balance, refusals: Refusals): void {
  const { origin, forward, from } = balance;
  if (!from) return;
  if (forward === 'direct') {
    refusals.add(
      origin,
      '`forward direct` has no header of its own that could be from an address',
      'Leave `from` out.',
    );
    return;
  }
  for (const [family, source] of Object.entries(sourcesOf(from))) {
    if (source === 'several') {
      refusals.add(origin, `\`from\` names several addresses of IPv${family}`, 'Name one for each family.');
    } else if (source === undefined && backendsIn(balance).some((backend) => String(backend.family) === family)) {
      const hint = 'Name one for each family, or leave `from` out: it is then the address that the kernel would take.';
      refusals.add(origin, `\`from\` names no address of IPv${family}, which backends have`, hint);
    }
  }
}

function refuseSizes({ origin }: Balance, { balances }: Program, refusals: Refusals): void {
  const own = balances.filter(({ forward }) => isForward(forward));
  const backends = own.reduce((sum, one) => sum + backendsIn(one).length, 0);
  const entries = own.reduce((sum, { tableSize, forward }) => sum + tableSize * (forward === 'direct' ? 2 : 1), 0);
  if (backends > MOST_BACKENDS) {
    const hint = 'Split the policy, or give several services one block.';
    refusals.add(origin, `XDP has room for ${MOST_BACKENDS} backends, and there are ${backends}`, hint);
  }
  const flows = own.reduce((sum, { rememberFlows }) => sum + (rememberFlows ?? 0), 0);
  if (flows > MOST_FLOWS) {
    const message = `XDP has room for ${MOST_FLOWS} flows in the memories of all services, and there are ${flows}`;
    refusals.add(origin, message, 'Let services remember fewer.');
  }
  if (entries > MOST_ENTRIES) {
    refusals.add(
      origin,
      `the Maglev tables of XDP may have ${MOST_ENTRIES} entries in all`,
      'Give them fewer entries.',
    );
  }
}

/** `mitigate` comes first: another plane that carries it out comes behind XDP. */
function refuseMitigation({ origin }: Balance, program: Program, refusals: Refusals): void {
  const [first] = program.stages.filter(({ id }) => id === 'mitigate').flatMap((stage) => refuse(stage, program));
  if (!first) return;
  const why = `\`mitigate\` comes before \`balance\`, and XDP cannot carry it out: ${first.message}`;
  refusals.add(origin, why, first.hint ?? 'Say it in another way, or put it into a block behind `balance`.');
}
