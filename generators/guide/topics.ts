import type { Random } from 'fast-check';
import type { Palette } from '../capabilities.ts';
import type { FragmentKind } from '../plan.ts';
import type { Profile } from '../profiles.ts';
import { pickSomeByScore } from './novelty.ts';
import { createYields } from './yields.ts';

/** What a case can be about: a kind of fragments, or what is drawn beside the prog. */
export type Topic = FragmentKind | Share;
type Share = (typeof SHARES)[number];

/** Shares of a profile that are raised where they are what a case is about. */
const SHARES = [
  'commandsPercent',
  'twistedPercent',
  'overriddenPercent',
  'oddMapsPercent',
] as const;
const RAISED_PERCENT = 75;
/** What a topic weighs: all kinds together divided by it. */
const ABOUT = 2;

/** Chooses what cases are about, by how much that were about the same showed of late. */
export interface Topics {
  choose(random: Random, palette: Palette, profile: Profile): readonly Topic[];
  /** How many new names a case showed that was about these. */
  learn(topics: readonly Topic[], fresh: number): void;
}

/** Topics of a case. */
const TOPICS = 2;

export function createTopics(): Topics {
  const yields = createYields<Topic>();
  return {
    choose(random, palette, profile) {
      const kinds = (Object.keys(profile.weights) as FragmentKind[]).filter(
        (kind) => profile.weights[kind] > 0 && palette.kinds.has(kind),
      );
      const all: readonly Topic[] = [...kinds, ...SHARES.filter((share) => profile[share] > 0)];
      return pickSomeByScore(random, TOPICS, all, (topic) => yields.of(topic) ** 2);
    },
    learn(topics, fresh) {
      for (const topic of new Set(topics)) yields.learn(topic, fresh);
    },
  };
}

/** The profile of a case that is about these: what they are about comes more often. */
export function profileAbout(profile: Profile, topics: readonly Topic[]): Profile {
  const weights = { ...profile.weights };
  const shares: Partial<Record<Share, number>> = {};
  const sum = Object.values(weights).reduce((all, weight) => all + weight, 0);
  for (const topic of topics) {
    if (isShare(topic)) shares[topic] = Math.max(profile[topic], RAISED_PERCENT);
    else weights[topic] = Math.max(weights[topic], Math.ceil(sum / ABOUT));
  }
  return { ...profile, ...shares, weights };
}

const isShare = (topic: Topic): topic is Share => (SHARES as readonly Topic[]).includes(topic);
