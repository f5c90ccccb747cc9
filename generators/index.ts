/** Cases that are valid by construction. They run nothing and open nothing. */
export type { Capabilities } from './capabilities.ts';
export { caseArbitrary } from './case-arbitrary.ts';
export {
  type CaseSource,
  createCaseSource,
  SOURCE_PROFILES,
  type SourceOptions,
  type SourceProfile,
} from './case-source.ts';
export { GENERATED_TYPES, UNRUN_TYPES } from './ctx-access.ts';
export type { Feedback } from './guide/guide.ts';
export { createGuidedSource, type GuidedSource } from './guide/guided-source.ts';
export type { CasePlan } from './plan.ts';
export { type CaseOptions, createPlanSource } from './plan-source.ts';
export { PROFILES, type Profile, type ProfileName, SIZES, type Size } from './profiles.ts';
export { seededRandom } from './random.ts';
export { type Shrinkable, shrinkableOf, simplerOf } from './shrinkable.ts';
