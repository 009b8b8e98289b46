/**
 * Who may import whom (see ARCHITECTURE.md). Each folder of src/ has one line: what else in src/ and executors/ it may
 * import. `types` may be imported with `import type` only. main.ts, the composition root, may import everything.
 */
const LAYERS = {
  core: { may: [] },
  ports: { may: ['core'] },
  config: { may: [] },
  workflows: { may: ['core'], types: ['activities'] },
  hooks: { may: ['core'], types: ['ports'] },
  activities: { may: ['core', 'hooks'], types: ['ports'] },
  registry: { may: ['core'], types: ['ports'] },
  store: { may: ['core'], types: ['ports'] },
  identity: { may: ['core'], types: ['ports'] },
  ledger: { may: ['core'], types: ['ports'] },
  llm: { may: ['core'], types: ['ports'] },
  experiments: { may: ['core'], types: ['ports'] },
  http: { may: ['core'], types: ['ports'] },
  personas: { may: ['core'], types: ['ports'] },
  secrets: { may: ['core'], types: ['ports'] },
  safety: { may: ['core'], types: ['ports'] },
  conversations: { may: ['core'], types: ['ports'] },
  telemetry: { may: ['core'], types: ['ports'] },
  temporal: { may: ['core', 'activities'], types: ['ports', 'workflows'] },
  api: { may: ['core', 'hooks'], types: ['ports'] },
  client: { may: ['core'] },
  cli: { may: ['core', 'client'] },
};

const folders = (names) => `^src/(${names.join('|')})(/|\\.ts$)`;

const layerRules = Object.entries(LAYERS).flatMap(([layer, { may, types = [] }]) => [
  {
    name: `${layer}-imports`,
    severity: 'error',
    comment: `src/${layer} may import: ${[...may, ...types.map((type) => `${type} (types)`)].join(', ') || 'nothing else of ours'}`,
    from: { path: `^src/${layer}/` },
    to: { path: '^(src|executors|hooks)/', pathNot: folders([layer, ...may, ...types]) },
  },
  ...(types.length === 0
    ? []
    : [
        {
          name: `${layer}-imports-types-only`,
          severity: 'error',
          comment: `src/${layer} may import only types from: ${types.join(', ')}`,
          from: { path: `^src/${layer}/` },
          to: { path: folders(types), dependencyTypesNot: ['type-only'] },
        },
      ]),
]);

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A cycle of types alone does no harm at run time, but no cycle at all is simpler to keep.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'A module that nothing imports. Started programs are named here.',
      from: {
        orphan: true,
        pathNot:
          '^executors/|^hooks/|^web/src/main\\.tsx$|^src/main\\.ts$|-process\\.ts$|-worker\\.ts$|^src/bundle-workflows\\.ts$',
      },
      to: {},
    },
    {
      name: 'core-is-pure',
      severity: 'error',
      comment: 'core runs inside the workflow sandbox: zod and nothing else.',
      from: { path: '^src/core/' },
      to: { pathNot: '^src/core/|(^|/)zod(/|$)' },
    },
    {
      name: 'workflows-are-deterministic',
      severity: 'error',
      comment: 'The sandbox has no Node modules; of packages only the workflow SDK and its types.',
      from: { path: '^src/workflows/' },
      to: { pathNot: '^src/|node_modules/@temporalio/(workflow|common)/' },
    },
    {
      name: 'executors-stand-alone',
      severity: 'error',
      comment:
        'An executor imports core, libraries of its field and parts of executors (_*), never another part of the server.',
      from: { path: '^executors/' },
      to: { path: '^(src|executors)/', pathNot: '^(src/core/|executors/_)' },
    },
    {
      name: 'hook-files-stand-alone',
      severity: 'error',
      comment: 'A hook file imports core and parts of hooks (_*), as an executor does.',
      from: { path: '^hooks/' },
      to: { path: '^(src|executors|hooks)/', pathNot: '^(src/core/|hooks/_)' },
    },
    {
      name: 'web-imports',
      severity: 'error',
      comment: 'web may import the client; of core only what is erased when it is built.',
      from: { path: '^web/' },
      to: { path: '^(src|executors|hooks)/', pathNot: '^src/(client|core)/' },
    },
    {
      name: 'web-imports-core-types-only',
      severity: 'error',
      comment: 'The schemas of core would bring zod into the page.',
      from: { path: '^web/' },
      to: { path: '^src/core/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nobody-imports-web',
      severity: 'error',
      comment: 'The server serves what was built of it, and knows nothing else of it.',
      from: { path: '^(src|executors|hooks)/' },
      to: { path: '^web/' },
    },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      from: { path: '^(src|executors|hooks)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
    detectProcessBuiltinModuleCalls: true,
  },
};
