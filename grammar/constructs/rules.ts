/** What each rule of the grammar makes. The construct files define them; this is how they call each other. */
import type {
  AddressClause,
  AddressOfZone,
  AnyValue,
  AttachedEffect,
  BalanceSetting,
  BlockOrder,
  Clause,
  ColumnDeclaration,
  ColumnReference,
  DateLiteral,
  DscpClause,
  DuringClause,
  Effect,
  Endpoint,
  EssentialOff,
  Expectation,
  Expression,
  FamilyClause,
  FieldClause,
  FieldReference,
  FragmentClause,
  Filter,
  Given,
  GroupUse,
  HostSetting,
  IcmpLiteral,
  IcmpType,
  IntegerLiteral,
  KeyPart,
  Let,
  MarkClause,
  MarkValue,
  MaskedField,
  Memory,
  MemoryKeyPart,
  Name,
  NotClause,
  OpaqueClause,
  Operand,
  PayloadSlice,
  RejectReason,
  Rule,
  RuleItem,
  SampleClause,
  Service,
  ServiceLiteral,
  ShapeClass,
  ShapeDefault,
  StateClause,
  Statement,
  StringLiteral,
  Table,
  TableKey,
  TargetSetting,
  TcpFlagsTest,
  TenantPrefix,
  Tunnel,
  UntilClause,
  Use,
  Value,
  ValueList,
  ValueRow,
  Verdict,
  Weekday,
  WhereClause,
  Zone,
  ZoneClause,
  ZoneMember,
} from '../ast/index.ts';
import type { GrammarRule, Opening } from '../dsl.ts';
import type { ExpectationDraft } from './statements/expect/syntax.ts';

interface ValueRules {
  name: GrammarRule<Name>;
  names: GrammarRule<Name[]>;
  columnName: GrammarRule<Name>;
  integer: GrammarRule<IntegerLiteral>;
  text: GrammarRule<StringLiteral>;
  date: GrammarRule<DateLiteral>;
  value: GrammarRule<Value>;
  set: GrammarRule<Value>;
  operand: GrammarRule<Value>;
  scalar: GrammarRule<Value>;
  ports: GrammarRule<Value>;
  braces: GrammarRule<ValueList>;
  parentheses: GrammarRule<Value>;
  anyValue: GrammarRule<AnyValue>;
  addressOf: GrammarRule<AddressOfZone>;
  referenceOperand: GrammarRule<Value>;
  protocolNumber: GrammarRule<ServiceLiteral>;
  namedService: GrammarRule<Value>;
  misplacedLiteral: GrammarRule<Value>;
  serviceItem: GrammarRule<Value>;
  services: GrammarRule<Value[]>;
  icmp: GrammarRule<IcmpLiteral>;
  icmpType: GrammarRule<IcmpType>;
  endpoint: GrammarRule<Endpoint>;
  portSuffix: GrammarRule<Value>;
  translationTarget: GrammarRule<Endpoint>;
  counter: GrammarRule<Name | ColumnReference>;
  keyParts: GrammarRule<KeyPart[]>;
  keyPart: GrammarRule<KeyPart>;
  prefixLengths: GrammarRule<number[]>;
  mask: GrammarRule<IntegerLiteral>;
}

interface ExpressionRules {
  expression: GrammarRule<Expression>;
  conjunction: GrammarRule<Expression>;
  term: GrammarRule<Expression>;
  negation: GrammarRule<Expression>;
  nestedExpression: GrammarRule<Expression>;
  comparison: GrammarRule<Expression>;
  leftOperand: GrammarRule<Operand>;
  rightOperand: GrammarRule<Operand>;
  field: GrammarRule<FieldReference>;
  maskableField: GrammarRule<FieldReference | MaskedField>;
  payload: GrammarRule<PayloadSlice>;
}

interface ClauseRules {
  clause: GrammarRule<Clause>;
  clauses: GrammarRule<Clause[]>;
  zoneClause: GrammarRule<ZoneClause>;
  plainAddressClause: GrammarRule<AddressClause>;
  addressClause: GrammarRule<AddressClause>;
  serviceClause: GrammarRule<Clause>;
  tcpFlags: GrammarRule<TcpFlagsTest[]>;
  tcpFlagsTest: GrammarRule<TcpFlagsTest>;
  tcpFlagNames: GrammarRule<string[]>;
  dscpClause: GrammarRule<DscpClause>;
  markClause: GrammarRule<MarkClause>;
  markValue: GrammarRule<MarkValue>;
  fieldClause: GrammarRule<FieldClause>;
  fragmentClause: GrammarRule<FragmentClause>;
  familyClause: GrammarRule<FamilyClause>;
  stateClause: GrammarRule<StateClause>;
  rateClause: GrammarRule<Clause>;
  sampleClause: GrammarRule<SampleClause>;
  untilClause: GrammarRule<UntilClause>;
  duringClause: GrammarRule<DuringClause>;
  days: GrammarRule<Weekday[]>;
  dayOrDays: GrammarRule<readonly Weekday[]>;
  whereClause: GrammarRule<WhereClause>;
  opaqueClause: GrammarRule<OpaqueClause>;
  notClause: GrammarRule<NotClause>;
}

interface RuleRules {
  ruleItem: GrammarRule<RuleItem | Opening>;
  dispatchItem: GrammarRule<RuleItem | Opening>;
  plainRule: GrammarRule<Rule, [eachPacketFrom?: number]>;
  verdict: GrammarRule<Verdict>;
  rejectVerdict: GrammarRule<Verdict & { kind: 'reject' }>;
  rejectReason: GrammarRule<RejectReason>;
  synproxyVerdict: GrammarRule<Verdict>;
  plainEffect: GrammarRule<Effect>;
  opaqueEffect: GrammarRule<Effect>;
  attachedEffect: GrammarRule<Effect>;
  attached: GrammarRule<AttachedEffect>;
  memoryKey: GrammarRule<MemoryKeyPart[]>;
  memoryKeyPart: GrammarRule<MemoryKeyPart>;
  translationRule: GrammarRule<Rule>;
  snat: GrammarRule<Rule>;
  dnat: GrammarRule<Rule>;
  masquerade: GrammarRule<Rule>;
  redirect: GrammarRule<Rule>;
  localPorts: GrammarRule<Value>;
  trafficRule: GrammarRule<Rule>;
  socketRule: GrammarRule<Rule>;
  each: GrammarRule<Rule | Opening>;
  eachHead: GrammarRule<Opening, [start: number]>;
  groupUse: GrammarRule<GroupUse>;
  essentialOff: GrammarRule<EssentialOff>;
  shapeClass: GrammarRule<ShapeClass | Opening>;
  shapeDefault: GrammarRule<ShapeDefault>;
}

interface StatementRules {
  statement: GrammarRule<Statement | Opening>;
  blockOrder: GrammarRule<BlockOrder>;
  use: GrammarRule<Use>;
  imports: GrammarRule<NonNullable<Use['names']>[number][]>;
  import: GrammarRule<NonNullable<Use['names']>[number]>;
  zone: GrammarRule<Zone>;
  zoneMember: GrammarRule<ZoneMember>;
  let: GrammarRule<Let>;
  orEmpty: GrammarRule<boolean>;
  table: GrammarRule<Table>;
  columns: GrammarRule<{ readonly columns: ColumnDeclaration[]; readonly keys: TableKey[] }>;
  columnDeclaration: GrammarRule<ColumnDeclaration>;
  enumMembers: GrammarRule<Name[]>;
  tableKey: GrammarRule<TableKey>;
  rows: GrammarRule<ValueRow[]>;
  row: GrammarRule<ValueRow>;
  cell: GrammarRule<Value>;
  emptyCell: GrammarRule<Value>;
  memory: GrammarRule<Memory>;
  memoryColumns: GrammarRule<ColumnDeclaration[]>;
  serviceDeclaration: GrammarRule<Service>;
  serviceSets: GrammarRule<Value[]>;
  group: GrammarRule<Opening>;
  mitigate: GrammarRule<Opening>;
  raw: GrammarRule<Opening>;
  nat: GrammarRule<Opening>;
  filter: GrammarRule<Opening>;
  plainVerdict: GrammarRule<NonNullable<Filter['default']>>;
  mangle: GrammarRule<Opening>;
  countBlock: GrammarRule<Opening>;
  shape: GrammarRule<Opening>;
  dispatch: GrammarRule<Opening>;
  balance: GrammarRule<Opening>;
  balanceSetting: GrammarRule<BalanceSetting>;
  expect: GrammarRule<Opening>;
  expectItem: GrammarRule<Expectation | Given>;
  expectation: GrammarRule<Expectation>;
  expectProtocol: GrammarRule<Expectation['protocol']>;
  expectOption: GrammarRule<void, [draft: ExpectationDraft]>;
  becomes: GrammarRule<void, [draft: ExpectationDraft]>;
  given: GrammarRule<Given>;
  target: GrammarRule<Opening>;
  targetSetting: GrammarRule<TargetSetting>;
  tenant: GrammarRule<Opening>;
  tenantItem: GrammarRule<Statement | Tunnel | TenantPrefix | Opening>;
  tenantPrefix: GrammarRule<TenantPrefix>;
  tunnel: GrammarRule<Tunnel>;
  endAddress: GrammarRule<Value>;
  host: GrammarRule<Opening>;
  hostSetting: GrammarRule<HostSetting>;
  hostWord: GrammarRule<Name | Value>;
  hostValue: GrammarRule<Name | Value>;
}

/** Every rule by name. */
export type Rules = ValueRules & ExpressionRules & ClauseRules & RuleRules & StatementRules;
