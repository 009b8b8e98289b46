/** What the middlewares leave on a Koa context for those inside. */
import type Koa from 'koa';
import type { Identity } from '../ports/identity.ts';

export interface ApiState {
  /** Validated or made by `requestId`. */
  requestId: string;
  /** Epoch ms. */
  startedAt: number;
  /** Route template, for logs and metrics. */
  route?: string;
  /** Set by `identify`. */
  identity?: Identity;
}

export type ApiContext = Koa.ParameterizedContext<ApiState>;
export type ApiMiddleware = Koa.Middleware<ApiState>;
