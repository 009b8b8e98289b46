/** Answers in the form of FastAPI: `{"detail": …}`, and a list of what is wrong with a request as 422. */
import type { PyValue } from './python-json.ts';
import { renderValue } from './render-value.ts';

/** One thing that is wrong. `ctx` are the facts of its message. */
export interface Problem {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: PyValue;
  readonly ctx?: Readonly<Record<string, string | number>>;
}

/** Thrown by handlers: the status and what stands under `detail`. */
export class DetailError extends Error {
  readonly status: number;
  /** JSON. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.body = JSON.stringify({ detail });
    this.headers = headers;
  }
}

export class ValidationError extends DetailError {
  override readonly body: string;

  constructor(problems: readonly Problem[]) {
    super(422, 'The request is not valid');
    this.body = `{"detail":[${problems.map(renderProblem).join(',')}]}`;
  }
}

function renderProblem({ type, loc, msg, input, ctx }: Problem): string {
  const text = `"type":${JSON.stringify(type)},"loc":${JSON.stringify(loc)},"msg":${JSON.stringify(msg)}`;
  return `{${text},"input":${renderValue(input)}${ctx === undefined ? '' : `,"ctx":${JSON.stringify(ctx)}`}}`;
}
