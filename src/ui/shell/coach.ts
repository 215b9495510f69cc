import { createStore } from "zustand/vanilla";
import { playOrStop } from "../recording/player";
import { remember, remembered } from "../remembered";
import { startRun } from "../session";
import { layoutStore, toggleRow } from "../stores/layout";

/** One of the five cards of the first minute. */
export interface CoachCard {
	/** What it speaks of, outlined. */
	readonly target: string;
	/** What it lies over, where it would hide its target otherwise; else it stands beside the target. */
	readonly over?: string;
	readonly text: string;
	/** Something to do from the card itself. */
	readonly action?: { readonly label: string; readonly run: () => void };
}

/** A method that looks at every token. */
const SECOND_METHOD = "tempo";

export const COACH_CARDS: readonly CoachCard[] = [
	{
		target: ".rollout",
		over: ".panel.right .panel-body",
		text: "Which token earned the reward? The row exact says what each was really worth: the key and the door mattered, the moves hardly. GRPO, below, gives every token of a rollout the same.",
	},
	{
		target: "[data-methods-menu]",
		over: ".panel.right .panel-body",
		text: "Another method, another opinion about the same rollouts. TEMPO compares rollouts that begin alike, and tells tokens apart. Every row under the text is one method; more are under Methods.",
		action: {
			label: "Add TEMPO",
			run: () => {
				if (!layoutStore.getState().rows.includes(SECOND_METHOD)) toggleRow(SECOND_METHOD);
			},
		},
	},
	{
		target: ".scrubber button",
		text: "This run was recorded. Play it, and watch credit and error change while the agent learns.",
		action: { label: "Play", run: playOrStop },
	},
	{
		target: ".run-bar .primary",
		text: "Now train your own, on this machine. The recording stays as a dashed line behind your curve.",
		action: { label: "Run", run: () => void startRun() },
	},
	{
		target: ".share",
		text: "What you see has a link: settings and layout, no data. Send it to a friend, who starts where you are.",
	},
];

const KEY = "ascribe.coach/1";

/** Card on screen; null for none. */
export const coachStore = createStore<{ readonly at: number | null }>(() => ({ at: null }));

/** Shows the cards to those who open the layout "learn" for the first time. */
export function welcome(): void {
	if (layoutStore.getState().layout === "learn" && remembered(KEY) === null) openCoach();
}

export function openCoach(): void {
	coachStore.setState({ at: 0 });
}

export function closeCoach(): void {
	coachStore.setState({ at: null });
	remember(KEY, "seen");
}

export function moveCoach(by: 1 | -1): void {
	const { at } = coachStore.getState();
	if (at === null) return;
	if (at + by >= COACH_CARDS.length) closeCoach();
	else coachStore.setState({ at: Math.max(0, at + by) });
}
