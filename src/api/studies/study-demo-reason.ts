/** Whether the personas of a study speak by rules, and why: a missing key is no error here, but it is said. */
import type { LlmKey } from '../../core/llm/llm-key.ts';
import { DEMO_PROVIDER, providerOfModel } from '../../core/llm/provider-catalog.ts';
import type { Call } from '../method.ts';

export interface ModelWish {
  readonly model?: string | null | undefined;
  readonly provider?: string | null | undefined;
  readonly use_demo?: boolean | null | undefined;
}

/** null: a model is asked. */
export async function studyDemoReason(
  call: Call,
  { model, provider, use_demo: wantsDemo }: ModelWish,
  llmKey: LlmKey | null,
): Promise<string | null> {
  const { llm, llmKeys, settings } = call.deps;
  const wanted = provider ?? (model == null ? null : (providerOfModel(model)?.provider ?? null));
  if (wantsDemo === true || wanted === DEMO_PROVIDER) return 'requested';
  if (settings.forceDemo) return 'forced';
  const stored = await llmKeys.ofUser(call.identity.userId);
  return llm.isUsable({ header: llmKey, stored, mayUseServerKey: true }, wanted) ? null : 'no_llm_key';
}
