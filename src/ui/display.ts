import type { CampaignEvent } from '../campaign/events.ts';

/** Shows a campaign to a person: a screen on a terminal, lines elsewhere. */
export interface Display {
  onEvent(event: CampaignEvent): void;
  /** Says that the end was asked for and is on its way. */
  interrupted(): void;
  /** Leaves what was shown last, with the cursor below it. May be called more than once. */
  close(): Promise<void>;
}
