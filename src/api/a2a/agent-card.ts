/**
 * The agent card: what this server can do, for agents that look for others. One document for 1.0 and 0.3, whose members
 * do not collide. Skills come from the method table and the executors.
 */
import type { ApiDeps } from '../api-deps.ts';
import type { AnyMethod } from '../method.ts';
import { METHOD_TABLE } from '../method-table.ts';
import type { ApiMiddleware } from '../state.ts';

const JSON_TYPE = 'application/json';
const MODES = { inputModes: [JSON_TYPE], outputModes: [JSON_TYPE] };

/** Where agents look: 1.0, 0.3 before 0.3.0, and what the existing web apps ask for. */
export const CARD_PATHS = [
  '/.well-known/agent-card.json',
  '/.well-known/agent.json',
  '/.well-known/agent-card',
] as const;

export function agentCardRoute(deps: ApiDeps): ApiMiddleware {
  return function agentCard(context) {
    const url = `${deps.settings.publicUrl?.replace(/\/$/, '') ?? `${context.protocol}://${context.host}`}/`;
    context.set('Content-Type', JSON_TYPE);
    context.set('Cache-Control', 'public, max-age=60');
    context.body = cardOf(deps, url);
  };
}

function cardOf(deps: ApiDeps, url: string) {
  const { version, demoMode } = deps.settings;
  const schemes = [{ bearer: [] }, { apiKey: [] }, ...(demoMode ? [{}] : [])];
  return {
    name: 'Taskgrove',
    description:
      'Runs trees of tasks durably. Send a data part {"tasks": [...]} to run a tree, or words to have one planned (1.0).',
    version,
    url,
    protocolVersion: '0.3.0',
    preferredTransport: 'JSONRPC',
    supportedInterfaces: ['1.0', '0.3'].map((protocolVersion) => ({
      url,
      protocolBinding: 'JSONRPC',
      protocolVersion,
    })),
    documentationUrl: `${url}docs`,
    capabilities: { streaming: true, pushNotifications: true, stateTransitionHistory: false, extensions: [] },
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', httpAuthSecurityScheme: { scheme: 'bearer' } },
      apiKey: {
        type: 'apiKey',
        in: 'header',
        name: 'X-API-Key',
        apiKeySecurityScheme: { location: 'header', name: 'X-API-Key' },
      },
    },
    security: schemes,
    securityRequirements: schemes.map((scheme) => ({
      schemes: Object.fromEntries(Object.keys(scheme).map((name) => [name, { list: [] }])),
    })),
    defaultInputModes: [JSON_TYPE, 'text/plain'],
    defaultOutputModes: [JSON_TYPE, 'text/plain'],
    supportsAuthenticatedExtendedCard: false,
    skills: [...METHOD_TABLE.filter(isSkill).map(methodSkill), ...executorSkills(deps)],
  };
}

/** What a message can do. */
function isSkill({ name }: AnyMethod): boolean {
  return name === 'tasks.execute' || name === 'tasks.generate';
}

function methodSkill(method: AnyMethod) {
  return {
    id: method.name,
    name: method.title,
    description: method.description,
    tags: method.tags,
    examples: method.examples.map(({ params }) => JSON.stringify(params)),
    inputModes: method.name === 'tasks.generate' ? ['text/plain'] : [JSON_TYPE],
    outputModes: [JSON_TYPE],
  };
}

function executorSkills({ registry }: ApiDeps) {
  return registry
    .all()
    .filter((executor) => registry.availability(executor).available)
    .map((executor) => {
      const { id, name, description, tags, examples } = registry.metadata(executor);
      return { id, name, description, tags, examples, ...MODES };
    });
}
