/**
 * The parts of the server that some executors work with (safety rules, personas, conversations …), as they see them.
 * A worker of a named queue has no database: there each part that needs one refuses with a sentence that says so.
 */

import type { ConversationServices } from './conversation/conversation-services.ts';
import type { ExperimentServices } from './experiments/experiment-services.ts';
import type { PersonaServices } from './persona/persona-services.ts';
import type { SafetyServices } from './safety/safety-services.ts';
import type { StudyServices } from './study/study-services.ts';

export interface ExecutorServices {
  readonly experiments: ExperimentServices;
  readonly personas: PersonaServices;
  readonly studies: StudyServices;
  /** Works everywhere: it has no store. */
  readonly safety: SafetyServices;
  readonly conversations: ConversationServices;
}
