/** What tc can carry out: the queues of `shape`, the choice of classes where it polices or is alone, and nothing of what judges packets. */
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { Program, Stage } from '../../compiler/4-program/program.ts';
import type { Shape, ShapeClass, Zone } from '../../compiler/model/index.ts';
import { asksTranslated } from '../../compiler/4-program/shape-ingress.ts';
import { classesIn, everyClass } from '../../compiler/model/shape-classes.ts';
import { interfaceOf } from '../../compiler/model/shape-interface.ts';
import { classChoice } from './class-filters.ts';
import { PROBLEMS } from './problems.ts';

/** Why tc cannot take a stage. The choice of classes it leaves to nftables, where that is in the target: it needs no filter. */
export function refuse(stage: Stage, program: Program): readonly Diagnostic[] {
  const { id, origin } = stage;
  if (id === 'police') return [];
  if (id === 'shape' && !program.target?.planes.some(({ plane }) => plane === 'nftables')) {
    return program.shapes.flatMap((shape) => refuseChoice(stage, shape));
  }
  const message = `\`tc\` has queues, and does not judge packets: \`${origin.name}\` needs another plane`;
  return [diagnostic(PROBLEMS.onlyQueues, origin.span, message, { hint: 'Add `nftables` to the target.' })];
}

/** Why filters cannot tell the classes of what leaves. */
function refuseChoice(stage: Stage, shape: Shape): readonly Diagnostic[] {
  const { direction, queues, origin } = shape;
  if (direction === 'ingress') return [];
  if (queues !== undefined) {
    const message = "tc by itself finds classes in one tree, and `across` needs a packet's class before its queue";
    return [
      diagnostic(PROBLEMS.notExact, origin.span, message, {
        hint: 'Add `nftables` to the target, or leave `across` out.',
      }),
    ];
  }
  return classChoice(stage, shape).unasked.map((one) =>
    diagnostic(PROBLEMS.notExact, one.origin.span, one.message, { hint: one.hint }),
  );
}

/** Why tc cannot queue for a block; of several reasons all. */
export function refuseShape(shape: Shape, program: Program): readonly Diagnostic[] {
  const { origin, direction, queues } = shape;
  const refusals: Diagnostic[] = [];
  const refusal = (message: string, hint: string, span = origin.span): void => {
    refusals.push(diagnostic(PROBLEMS.notExact, span, message, { hint }));
  };
  if (direction === 'ingress') refuseIngress(shape, program, refusal);
  if (shape.policed) refusePoliced(shape, program, refusal);
  refuseInterface(shape, program, refusal);
  const classes = [...everyClass(classesIn(shape))];
  if (classes.length === 0 && queues !== undefined) {
    refusal('`across N queues` gives each class a queue, and there are no classes', 'Leave `across` out.');
  }
  if (classes.length === 0 && shape.default === 'unshaped') {
    refusal(
      'a shaper without classes, whose default is `unshaped`, shapes nothing',
      'Say `default fair`, or remove it.',
    );
  }
  const impatient = new Set(classes.map(({ source }) => source).filter(isImpatient));
  for (const { leaf, origin: place } of impatient) {
    refusal(
      `\`leaf ${leaf}\` has no bound for how long packets wait`,
      'Say `leaf fq_codel`, `leaf cake` or `leaf pfifo` beside `latency`.',
      place.span,
    );
  }
  const unable = new Set(classes.map(({ source }) => source).filter(cannotMark));
  for (const { ecn, leaf, latency, origin: place } of unable) {
    const queue = leaf ?? (latency === undefined ? 'pfifo' : 'fq_codel');
    refusal(
      ecn ? `\`${queue}\` drops packets, and marks none` : `\`${queue}\` always marks packets of flows that can tell`,
      `Say \`leaf fq_codel\`, or leave \`${ecn ? 'ecn' : 'noecn'}\` out.`,
      place.span,
    );
  }
  return refusals;
}

/** Whether the queue cannot do what is asked about marks: `noecn` is what those do by themselves that only drop. */
function cannotMark({ ecn, leaf, latency }: Pick<ShapeClass, 'ecn' | 'leaf' | 'latency'>): boolean {
  if (ecn === undefined || leaf === 'fq_codel' || (leaf === undefined && latency !== undefined)) return false;
  return ecn === (leaf !== 'cake');
}

function isImpatient({
  latency,
  leaf,
}: {
  readonly latency: number | undefined;
  readonly leaf: string | undefined;
}): boolean {
  return latency !== undefined && (leaf === 'sfq' || leaf === 'fq');
}

type Refusal = (message: string, hint: string, span?: Shape['origin']['span']) => void;

/** What comes in waits before it is tracked and translated, on an interface that has one queue. */
function refuseIngress(shape: Shape, { policy }: Program, refusal: Refusal): void {
  if (shape.queues !== undefined) {
    refusal('`across N queues` is for what leaves: what comes in has one queue', 'Leave `across` out.');
  }
  for (const { origin, end } of asksTranslated(shape, policy)) {
    refusal(
      `packets wait in this class before \`nat\` is undone, when their real ${end} is not known yet`,
      `Ask for what they carry then (\`on wire ${end === 'source' ? 'from' : 'to'} …\`, \`dscp is …\`), or shape where they leave again.`,
      origin.span,
    );
  }
}

/** Policers stand where packets come in, before all that nftables does there. */
function refusePoliced({ direction, zone }: Shape, { stages, target }: Program, refusal: Refusal): void {
  if (direction === 'egress') {
    refusal('tc polices what comes in, and what leaves can wait', 'Leave `policed` out.');
  }
  const name = interfaceOf({ zone }, target);
  const isOfMember = (other: Zone) => other.members.some((member) => member.interface === name);
  const mitigate = stages.find(({ id, zones }) => id === 'mitigate' && (zones?.some(isOfMember) ?? true));
  if (mitigate) {
    refusal(
      `packets that \`${mitigate.origin.name}\` drops would have used up the rate: tc polices before it`,
      'Leave `policed` out, so that packets wait behind `mitigate`; or have the block say `in` other zones.',
    );
  }
}

/** A rate is that of one link, and queues are an interface's. */
function refuseInterface(shape: Shape, program: Program, refusal: Refusal): void {
  const { zone } = shape;
  const { target } = program;
  const { members } = target?.zones.get(zone.name) ?? zone;
  const [member, ...more] = members;
  const name = member?.interface;
  if (more.length > 0 || name === undefined || name.endsWith('*') || member?.vlans || member?.ports) {
    refusal(
      `zone \`${zone.name}\` is not one whole interface, and a shaper's rate is that of one`,
      'Declare a zone for each interface, with a `shape` of its own.',
    );
    return;
  }
  const requests = target?.planes.filter(({ plane }) => plane === 'tc') ?? [];
  if (!requests.some(({ on }) => on.includes(name))) {
    refusal(`zone \`${zone.name}\` is \`${name}\`, and \`tc\` is not on it`, `Say \`tc on ${name}\` in the target.`);
  }
  const [odd] = requests.flatMap(({ variant, span }) => (variant === undefined ? [] : [{ variant, span }]));
  // Once is enough for all shapers.
  if (odd && program.policy.shapes[0] === shape) {
    refusal(`\`tc\` has no variant \`${odd.variant}\``, 'Leave the word out.', odd.span);
  }
}
