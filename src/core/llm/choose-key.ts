/**
 * Whose key pays for a call, and where it goes. Pure: it sees which keys exist, never the keys. The order is the
 * request's header, the user's stored key, the server's key.
 */
import { AppError } from '../errors.ts';
import { DEMO_PROVIDER, KNOWN_PROVIDERS } from './provider-catalog.ts';

export interface AvailableKeys {
  /** Provider of the key that came with the request. */
  readonly header: string | null;
  /** Providers the user has stored a key for. */
  readonly stored: readonly string[];
  /** What the operator has set up, in order of preference: with a key, or a server that asks for none (Ollama). */
  readonly server: readonly ServerProvider[];
  /** false for premium runs: they pay with keys of their own. */
  readonly mayUseServerKey: boolean;
}

export interface ServerProvider {
  readonly provider: string;
  readonly baseUrl: string;
}

export interface WantedProvider {
  /** null = whichever has a key. */
  readonly provider: string | null;
  /** The task's own address; null = the provider's. */
  readonly baseUrl: string | null;
}

export interface KeyChoice {
  /** `none`: no key; only then `provider` may be the demo provider. */
  readonly source: 'header' | 'stored' | 'server' | 'none';
  readonly provider: string | null;
  readonly baseUrl: string | null;
  /** The address comes from the task, so private networks are out of its reach. */
  readonly isOwnUrl: boolean;
}

/** @throws AppError `task_input_invalid` when the provider chosen has no known address. */
export function chooseKey(available: AvailableKeys, wanted: WantedProvider): KeyChoice {
  if (wanted.provider === DEMO_PROVIDER) {
    return { source: 'none', provider: DEMO_PROVIDER, baseUrl: null, isOwnUrl: false };
  }
  const fits = (provider: string) => wanted.provider === null || wanted.provider === provider;
  if (available.header !== null && fits(available.header))
    return at('header', available.header, available, wanted);
  const stored = available.stored.find(fits);
  if (stored !== undefined) return at('stored', stored, available, wanted);
  const server = available.server.find(({ provider }) => fits(provider));
  // Whoever names the address may read the key: the operator's own goes to the operator's addresses only.
  if (server !== undefined && available.mayUseServerKey && wanted.baseUrl === null) {
    return { source: 'server', provider: server.provider, baseUrl: server.baseUrl, isOwnUrl: false };
  }
  return {
    source: 'none',
    provider: wanted.provider,
    baseUrl: wanted.baseUrl,
    isOwnUrl: wanted.baseUrl !== null,
  };
}

function at(
  source: 'header' | 'stored',
  provider: string,
  available: AvailableKeys,
  wanted: WantedProvider,
): KeyChoice {
  if (wanted.baseUrl !== null) return { source, provider, baseUrl: wanted.baseUrl, isOwnUrl: true };
  const configured = available.server.find((server) => server.provider === provider);
  const baseUrl = configured?.baseUrl ?? KNOWN_PROVIDERS[provider]?.baseUrl;
  if (baseUrl === undefined) {
    throw new AppError(
      'task_input_invalid',
      `Provider '${provider}' has no known address: give base_url, or use one of ${Object.keys(KNOWN_PROVIDERS).join(', ')}`,
    );
  }
  return { source, provider, baseUrl, isOwnUrl: false };
}
