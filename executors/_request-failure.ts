/** The words in which a failed HTTP call reaches people: what happened, why, what to do, and with which request. */
import { AppError } from '../src/core/errors.ts';

export interface FailedRequest {
  /** As the caller gave it, without what authentication added. */
  readonly url: string;
  readonly method: string;
  readonly timeoutSeconds: number;
}

interface Wording {
  readonly title: string;
  readonly reason: string;
  readonly steps: readonly string[];
  readonly error: string;
}

/** The same failure (code, retryability, cause) with a text for people. A cancellation passes unchanged. */
export function requestFailure(failure: unknown, request: FailedRequest): unknown {
  if (!AppError.is(failure) || failure.code === 'task_cancelled') return failure;
  const { title, reason, steps, error } = wordingOf(failure, request);
  const solution = steps.map((step, index) => `${index + 1}. ${step}`).join('\n');
  const context = [`url: ${request.url}`, `method: ${request.method}`, `error: ${error}`];
  const text = [
    `❌ ${title}`,
    `💡 Reason: ${reason}`,
    `✅ Solution: ${solution}`,
    `📝 Context:\n${context.map((line) => `  - ${line}`).join('\n')}`,
  ].join('\n\n');
  return new AppError(failure.code, text, {
    retryable: failure.retryable,
    cause: failure,
    ...(failure.details === undefined ? {} : { details: failure.details }),
  });
}

function wordingOf(failure: AppError, { url, timeoutSeconds }: FailedRequest): Wording {
  const error = causeText(failure);
  switch (failure.code) {
    case 'blocked_address':
      return {
        title: 'Address not allowed',
        reason: `Private and local addresses are refused: ${failure.message}`,
        steps: [
          'Use a public address',
          'Or let an operator set ALLOW_PRIVATE_URLS=1 when calls into the own network are wanted',
        ],
        error: 'Blocked address',
      };
    case 'task_timeout':
      return {
        title: 'Request timed out',
        reason: `No complete answer from ${url} within ${timeoutSeconds} seconds`,
        steps: ['Check if the service is slow or overloaded', 'Raise the "timeout" input'],
        error: 'Timed out',
      };
    case 'task_transient':
      return isConnect(failure) ? connectWording(url, failure) : transferWording(url, error);
    default:
      return {
        title: 'Request failed',
        reason: failure.message,
        steps: ['Check the URL and the other inputs of the request'],
        error,
      };
  }
}

function connectWording(url: string, failure: AppError): Wording {
  // The words of the original, which clients show and some compare.
  const error = phaseOf(failure) === 'connect' ? 'All connection attempts failed' : causeText(failure);
  return {
    title: 'Failed to connect to server',
    reason: `Cannot establish connection to ${url}: ${error}`,
    steps: [
      'Verify the URL is correct',
      'Check if the service is running',
      'Check firewall and network settings',
    ],
    error,
  };
}

function transferWording(url: string, error: string): Wording {
  return {
    title: 'Connection broke',
    reason: `The connection to ${url} ended before the answer was complete: ${error}`,
    steps: ['Try again', 'Check the service and what lies between (proxies, load balancers)'],
    error,
  };
}

function isConnect(failure: AppError): boolean {
  const phase = phaseOf(failure);
  return phase === 'connect' || phase === 'lookup' || phase === 'tls';
}

function phaseOf(failure: AppError): unknown {
  return failure.details?.['phase'];
}

function causeText(failure: AppError): string {
  const { cause } = failure;
  return cause instanceof Error && cause.message !== '' ? cause.message : failure.message;
}
