/** The catalogue as routing sees it for one caller: what may be asked, by which key, how fast it was here of late. */
import { chooseKey } from '../core/llm/choose-key.ts';
import {
  MODELS,
  type ModelPrivacy,
  type ModelTraits,
  PROVIDER_PRIVACY,
  UNLISTED_TRAITS,
} from '../core/llm/model-data.ts';
import { priceOf, ratesFor } from '../core/llm/prices.ts';
import { KNOWN_PROVIDERS, providerOfModel } from '../core/llm/provider-catalog.ts';
import type { RouteCandidate, RouteRequirements } from '../core/llm/route-model.ts';
import { availableKeys, type KeyAccess, type TargetOptions } from './call-target.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { LatencyBoard } from './latency-board.ts';

export interface CandidateParts {
  readonly options: TargetOptions & { readonly routeModels?: readonly string[] };
  readonly breaker: CircuitBreaker;
  readonly latencies: LatencyBoard;
  readonly now: () => number;
}

export function routeCandidates(
  parts: CandidateParts,
  access: KeyAccess,
  requirements: RouteRequirements,
): RouteCandidate[] {
  return offered(parts.options).map((traits) => candidate(parts, access, requirements, traits));
}

/**
 * What an operator names, else the catalogue. At an address of the operator's own nobody knows which models there are:
 * only the configured one is offered there.
 */
function offered({ server, routeModels = [] }: CandidateParts['options']): ModelTraits[] {
  if (routeModels.length > 0) return routeModels.map(named);
  const own = server.filter(({ provider, baseUrl }) => !isVendors(provider, baseUrl));
  const vendors = MODELS.filter(({ provider }) => own.every((each) => each.provider !== provider));
  const configured = server.map(({ provider, model }) => traitsOf(provider, providerOfModel(model).model));
  const isListed = ({ provider, model }: ModelTraits) =>
    vendors.some((each) => each.provider === provider && each.model === model);
  return [...vendors, ...configured.filter((each) => !isListed(each))];
}

function named(name: string): ModelTraits {
  const { provider, model } = providerOfModel(name);
  return traitsOf(provider ?? 'openai', model);
}

function traitsOf(provider: string, model: string): ModelTraits {
  const listed = MODELS.find((each) => each.provider === provider && each.model === model);
  return listed ?? { ...UNLISTED_TRAITS, provider, model };
}

function candidate(
  { options, breaker, latencies, now }: CandidateParts,
  access: KeyAccess,
  { inputTokens = 0 }: RouteRequirements,
  { typicalMs, ...traits }: ModelTraits,
): RouteCandidate {
  const { provider, model } = traits;
  const configured = options.server.find((server) => server.provider === provider);
  const baseUrl = (configured?.baseUrl ?? KNOWN_PROVIDERS[provider]?.baseUrl ?? '').replace(/\/+$/, '');
  const privacy = privacyOf(provider, baseUrl);
  const price = isVendors(provider, baseUrl) ? priceOf(provider, model, now()) : null;
  const rates = price === null ? null : ratesFor(price, inputTokens);
  const measuredMs = latencies.medianMs({ provider, model, baseUrl });
  const { source } = chooseKey(availableKeys(options, access), { provider, baseUrl: null });
  const isOpen = breaker.stateOf({ provider, baseUrl, isOwnUrl: false }) === 'open';
  return {
    ...traits,
    privacy,
    // What runs on a machine of one's own has no price a token.
    rates: privacy === 'local' ? { input: 0, output: 0 } : rates,
    latencyMs: measuredMs ?? typicalMs,
    isMeasured: measuredMs !== null,
    unavailable: source === 'none' ? 'no key' : isOpen ? 'has failed too often of late' : null,
  };
}

function isVendors(provider: string, baseUrl: string): boolean {
  return baseUrl.replace(/\/+$/, '') === KNOWN_PROVIDERS[provider]?.baseUrl;
}

function privacyOf(provider: string, baseUrl: string): ModelPrivacy {
  if (isPrivate(baseUrl)) return 'local';
  return isVendors(provider, baseUrl) ? (PROVIDER_PRIVACY[provider] ?? 'unknown') : 'unknown';
}

const PRIVATE_HOST =
  /^(localhost|127\..*|10\..*|192\.168\..*|172\.(1[6-9]|2\d|3[01])\..*|\[(::1|f[cd].*)\]|[^.:]+|.*\.(local|internal|lan))$/;

/** By its name: a machine of the operator's own network. */
function isPrivate(baseUrl: string): boolean {
  return URL.canParse(baseUrl) && PRIVATE_HOST.test(new URL(baseUrl).hostname);
}
