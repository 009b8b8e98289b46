/** What a person reads in the terminal: the ready line with the URLs, a call to copy, the welcome tree's result. */
import colors from 'picocolors';
import type { WelcomeResult } from './welcome-tree.ts';

export interface ReadyFacts {
  readonly url: string;
  readonly temporalUiUrl: string | null;
  readonly dataDir: string;
  readonly database: string;
  readonly logFile: string | null;
  readonly seconds: number;
}

/** A tree with a dependency, for one line of shell. */
export function curlExample(url: string): string {
  const tasks = [
    { name: 'report', schemas: { method: 'aggregate_results_executor' }, dependencies: ['cpu', 'disk'] },
    {
      name: 'cpu',
      parent_id: 'report',
      schemas: { method: 'system_info_executor' },
      inputs: { resource: 'cpu' },
    },
    {
      name: 'disk',
      parent_id: 'report',
      schemas: { method: 'system_info_executor' },
      inputs: { resource: 'disk' },
    },
  ];
  const body = { jsonrpc: '2.0', id: 1, method: 'tasks.execute', params: { tasks } };
  return `curl -s ${url}/tasks -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
}

export function readyText(facts: ReadyFacts): string {
  const rows: [string, string][] = [
    ['Web app', `${facts.url}/app/`],
    ['API', facts.url],
    ['Docs', `${facts.url}/docs`],
    ...(facts.temporalUiUrl === null ? [] : ([['Temporal UI', facts.temporalUiUrl]] as [string, string][])),
    ['Data', `${facts.dataDir} (${facts.database})`],
    ...(facts.logFile === null ? [] : ([['Log', facts.logFile]] as [string, string][])),
  ];
  return [
    '',
    `${colors.green('●')} ${colors.bold('Taskgrove is ready')} ${colors.dim(`after ${facts.seconds.toFixed(1)} s`)}`,
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(12)} ${value}`),
    '',
    '  Post a tree and wait for its result:',
    '',
    `  ${curlExample(facts.url)}`,
    '',
    `  ${colors.dim('Ctrl-C stops everything this start has started.')}`,
    '',
  ].join('\n');
}

export function welcomeText(welcome: WelcomeResult): string {
  const result = JSON.stringify(welcome.result, null, 2)
    .split('\n')
    .map((line) => `    ${line}`);
  return [
    `  The welcome tree (5 tasks) is ${welcome.status} after ${welcome.seconds.toFixed(2)} s:`,
    '',
    ...result,
    '',
    `  See it again: npx taskgrove tasks tree ${welcome.rootTaskId}`,
    '',
  ].join('\n');
}
