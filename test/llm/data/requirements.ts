/** Twenty requirements as people write them, and what a useful plan for each must hold. */
import { expect } from 'vitest';

export interface ExpectedStep {
  readonly executor: string;
  /** Must stand in the inputs like this. */
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** Places of the steps whose results it needs. */
  readonly after?: readonly number[];
}

export interface RequirementCase {
  readonly requirement: string;
  /** All of these and, but for the task that gathers them, nothing else. */
  readonly steps: readonly ExpectedStep[];
}

const info = (resource: string, after: readonly number[] = []): ExpectedStep => ({
  executor: 'system_info_executor',
  inputs: { resource },
  after,
});
const call = (url: string, after: readonly number[] = [], method = 'GET'): ExpectedStep => ({
  executor: 'rest_executor',
  inputs: { url, method },
  after,
});
const page = (url: string): ExpectedStep => ({ executor: 'scrape_executor', inputs: { url } });
const step = (executor: string, after: readonly number[] = []): ExpectedStep => ({ executor, after });

export const REQUIREMENTS: readonly RequirementCase[] = [
  {
    requirement: 'Check CPU, memory and disk usage of this server and give me one report.',
    steps: [info('cpu'), info('memory'), info('disk')],
  },
  {
    requirement: 'Fetch https://api.example.com/v1/orders, then sum the prices of all orders.',
    steps: [call('https://api.example.com/v1/orders'), step('transform_executor', [0])],
  },
  {
    requirement:
      'Scrape the article at https://example.com/blog/durable and summarize it in three sentences.',
    steps: [page('https://example.com/blog/durable'), step('llm_executor', [0])],
  },
  {
    requirement:
      'Call https://shop.example.com/health and, if it is not ok, write a message for the engineer on call.',
    steps: [
      call('https://shop.example.com/health'),
      { executor: 'condition_executor', inputs: { if_true: expect.any(Array) }, after: [0] },
      step('llm_executor', [1]),
    ],
  },
  {
    requirement: 'Get the disk space, wait 10 minutes, then get the disk space again.',
    steps: [
      info('disk'),
      { executor: 'wait_executor', inputs: { seconds: 600 }, after: [0] },
      info('disk', [1]),
    ],
  },
  {
    requirement:
      'Write a product description for a wooden chair, have a person approve it, then post it to https://shop.example.com/api/products.',
    steps: [
      step('llm_executor'),
      step('approval_executor', [0]),
      call('https://shop.example.com/api/products', [1], 'POST'),
    ],
  },
  {
    requirement: "Translate 'Where is the station, please?' into French and German.",
    steps: [
      {
        executor: 'llm_executor',
        inputs: { prompt: expect.stringMatching(/Where is the station, please\?.*French.*German/) },
      },
    ],
  },
  {
    requirement:
      'Download the prices from https://data.example.com/prices.json and keep only those above 100.',
    steps: [call('https://data.example.com/prices.json'), step('transform_executor', [0])],
  },
  {
    requirement: 'Send a POST to https://hooks.example.com/build with the memory usage of this machine.',
    steps: [info('memory'), call('https://hooks.example.com/build', [0], 'POST')],
  },
  {
    requirement:
      'Read https://news.example.com/today and https://news.example.org/world and compare how they report.',
    steps: [
      page('https://news.example.com/today'),
      page('https://news.example.org/world'),
      step('llm_executor', [0, 1]),
    ],
  },
  {
    requirement: 'Let a team of agents write an article about solar panels: a researcher and a writer.',
    steps: [step('crew_executor')],
  },
  {
    requirement: 'Write a haiku about autumn.',
    steps: [{ executor: 'llm_executor', inputs: { prompt: expect.stringContaining('haiku about autumn') } }],
  },
  {
    requirement: 'Plan a tree of tasks for the first week of a new employee.',
    steps: [step('generate_executor')],
  },
  {
    requirement: 'Ask the cheapest model for five names for a coffee bar.',
    steps: [
      { executor: 'llm_route', inputs: { prompt: expect.stringContaining('coffee bar'), goal: 'cost' } },
    ],
  },
  {
    requirement: 'Poll https://jobs.example.com/42 until the job is done.',
    steps: [
      {
        executor: 'loop_executor',
        inputs: {
          executor: 'rest_executor',
          inputs: expect.objectContaining({ url: 'https://jobs.example.com/42' }),
        },
      },
    ],
  },
  {
    requirement: 'Scrape these pages: https://a.example.com/x, https://b.example.com/y.',
    steps: [page('https://a.example.com/x'), page('https://b.example.com/y')],
  },
  {
    requirement: 'Wait 30 seconds, then call https://api.example.com/ping.',
    steps: [
      { executor: 'wait_executor', inputs: { seconds: 30 } },
      call('https://api.example.com/ping', [0]),
    ],
  },
  {
    requirement: 'First check the memory. Then ask a model whether it is enough for a database.',
    steps: [info('memory'), step('llm_executor', [0])],
  },
  {
    requirement:
      'Get the weather from https://api.weather.example.com/berlin; afterwards ask for approval before the report is sent to https://hooks.example.com/report.',
    steps: [
      call('https://api.weather.example.com/berlin'),
      step('approval_executor', [0]),
      call('https://hooks.example.com/report', [1], 'POST'),
    ],
  },
  {
    requirement:
      'Summarize this text: Durable workflows survive crashes, because every step is recorded. And more.',
    steps: [
      { executor: 'llm_executor', inputs: { prompt: expect.stringMatching(/crashes, because.*And more/) } },
    ],
  },
];
