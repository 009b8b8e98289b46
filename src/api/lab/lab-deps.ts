/** What the A/B, feedback, safety and fun routes are given. */
import type { Experiments, Monetization } from '../../ports/experiments.ts';
import type { Inference } from '../../ports/inference.ts';

/** What the build and the process say of themselves. */
export interface BuildFacts {
  readonly host: string;
  readonly port: number;
  readonly workers: number;
  readonly git: {
    readonly commit: string;
    readonly sha: string;
    readonly branch: string;
    readonly dirty: string;
  };
  readonly time: string;
  readonly isContainerized: boolean;
}

export interface LabDeps {
  readonly experiments: Experiments;
  readonly monetization: Monetization;
  readonly inference: Inference;
  /** Stands for a user in logs: short, the same each time, and nobody reads the id back. */
  readonly userMark: (userId: string) => string;
  readonly build: BuildFacts;
}
