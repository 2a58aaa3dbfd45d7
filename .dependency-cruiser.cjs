/**
 * The layer rule: arrows point down only, cli → backends → compiler → grammar.
 *
 * Each layer may know the ones below it and nothing else; the compiling layers are pure, so they reach no module of
 * Node and no library that reads files. `npm run check` runs it.
 */
const layers = ['grammar', 'compiler', 'backends', 'cli'];
const compiling = '^(grammar|compiler|backends)/';

/** Which layers may import a library: every other layer sees only what they make of it. */
const librariesByLayer = {
  chevrotain: ['grammar'],
  prettier: ['grammar', 'cli'],
  handlebars: ['backends'],
  commander: ['cli'],
};

const upward = layers.slice(0, -1).map((layer, level) => ({
  name: `${layer}-imports-no-layer-above`,
  comment: `${layer}/ must not know ${layers.slice(level + 1).join('/, ')}/.`,
  severity: 'error',
  from: { path: `^${layer}/` },
  to: { path: `^(${layers.slice(level + 1).join('|')})/` },
}));

const libraries = Object.entries(librariesByLayer).map(([library, allowed]) => ({
  name: `${library}-stays-in-${allowed.join('-and-')}`,
  comment: `Only ${allowed.join('/ and ')}/ may import ${library}.`,
  severity: 'error',
  from: { path: `^(${layers.filter((layer) => !allowed.includes(layer)).join('|')})/` },
  to: { path: `^(node_modules/)?${library}(/|$)` },
}));

module.exports = {
  forbidden: [
    ...upward,
    ...libraries,
    {
      name: 'planes-are-apart',
      comment: 'No back end imports another; what two need belongs in compiler/.',
      severity: 'error',
      from: { path: '^backends/([^/]+)/' },
      to: { path: '^backends/[^/]+/', pathNot: '^backends/$1/' },
    },
    {
      name: 'compiling-is-pure',
      comment: 'grammar/, compiler/ and backends/ do no input or output: cli/ reads and writes for them.',
      severity: 'error',
      from: { path: compiling },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'nothing-imports-tests',
      comment: 'Tests and scripts stand on the project, never the other way round.',
      severity: 'error',
      from: { path: `^(${layers.join('|')})/` },
      to: { path: '^(test|scripts)/' },
    },
    {
      name: 'scripts-need-nothing-built',
      comment: 'Scripts run in a fresh clone; only the documentation generators read what was built.',
      severity: 'error',
      from: { path: '^scripts/', pathNot: '^scripts/generate/' },
      to: { path: `^(dist|test|${layers.join('|')})/` },
    },
    {
      name: 'no-cycles',
      comment: 'Modules that need each other are one module, or lack one below them.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'only-what-is-shipped',
      comment: 'What runs at a user must be in dependencies.',
      severity: 'error',
      from: { path: `^(${layers.join('|')})/` },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'everything-resolves',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
      mainFields: ['module', 'main', 'types'],
    },
    skipAnalysisNotInRules: true,
  },
};
