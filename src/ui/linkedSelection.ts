import type { ChangeValue } from "../engine/spec/changes";
import type { ExperimentSpec } from "../engine/spec/experiment";
import type { ViewState } from "../engine/spec/link";
import { isSameSpec } from "../engine/spec/sameSpec";
import { backToRecording, showStep } from "./recording/player";
import { type LinkedPair, pairOf, pairOnScreen, putPair } from "./siblings/linkedPair";
import { draftStore } from "./stores/draft";
import { addNotices, type Latest, type Run, runStore } from "./stores/run";
import { chooseGroup, pinToken, selectionStore } from "./stores/selection";
import { timelineStore } from "./stores/timeline";

/** What a link wants to be looked at, once the rollouts are there that it points into. */
interface Wanted {
	/** A link with fingerprints points into their run, any other into the recording of its preset. */
	readonly of: "recording" | "run";
	readonly spec: ExperimentSpec;
	readonly step: number | null;
	readonly group: number | null;
	readonly rollout: number | null;
	readonly token: number | null;
	/** Rollouts that stand side by side. */
	readonly pair: LinkedPair | null;
}

const PLACES = ["step", "group", "rollout", "token", "left", "right"] as const;
/** Group ids and places of a batch are 32-bit numbers. */
const MOST = 2 ** 31 - 1;

let wanted: Wanted | null = null;

/** What the places of a link's view are places of. */
export const intoWhat = (fingerprints: readonly string[]): Wanted["of"] =>
	fingerprints.length > 0 ? "run" : "recording";

/** Whether a part of a view belongs to the selection. */
export const isPlace = (name: string): boolean => (PLACES as readonly string[]).includes(name);

/**
 * The selection on screen as links carry it: checkpoint, group or pinned token, and siblings that somebody chose. One that a link asked for and that waits for its
 * rollouts is passed on.
 * @param of what the link will be opened with; nothing is written of rollouts that others cannot get, such as those of a file.
 */
export function writeSelection(of: Wanted["of"]): ViewState {
	const onScreen = selectionOnScreen(of);
	return Object.keys(onScreen).length > 0 ? onScreen : waitingSelection(of);
}

function waitingSelection(of: Wanted["of"]): ViewState {
	if (wanted?.of !== of || !isSameSpec(wanted.spec, draftStore.getState().spec)) return {};
	const { step, group, rollout, token, pair } = wanted;
	return {
		...(step !== null ? { step } : {}),
		...(group !== null ? { group } : {}),
		...(rollout !== null ? { rollout } : {}),
		...(token !== null ? { token } : {}),
		...(pair ?? {}),
	};
}

function selectionOnScreen(of: Wanted["of"]): ViewState {
	const { latest } = runStore.getState();
	const { source, recorded } = timelineStore.getState();
	const { group, pinned, step } = selectionStore.getState();
	if (!latest || latest.names || latest.editedFrom || (source === "recording") !== (of === "recording")) return {};
	const usual = recorded !== null && of === "recording" ? recorded.opening : null;
	const pair = pairOnScreen();
	const looked = pinned !== null || group !== null || step !== null || pair !== null;
	return {
		...(looked && latest.step !== usual ? { step: latest.step } : {}),
		...(group !== null && !pinned ? { group } : {}),
		...(pinned ?? {}),
		...(pair ?? {}),
	};
}

/** Remembers what a link points at. @returns one sentence for each number that was changed or left out. */
export function readSelection(view: ViewState, of: Wanted["of"], spec: ExperimentSpec): string[] {
	const notices: string[] = [];
	const number = (name: (typeof PLACES)[number], most: number) => wholeNumber(view[name], name, most, notices);
	const [step, group] = [number("step", spec.steps), number("group", MOST)];
	const [rollout, token] = [number("rollout", MOST), number("token", MOST)];
	const pair = pairOf(number("left", MOST), number("right", MOST));
	if (typeof pair === "string") notices.push(pair);
	const places = { step, group, rollout, token, pair: typeof pair === "string" ? null : pair };
	wanted = [step, group, rollout, places.pair].some((place) => place !== null) ? { of, spec, ...places } : null;
	if (wanted?.of === "recording" && timelineStore.getState().source === "recording") takeSoon();
	return notices;
}

function wholeNumber(value: ChangeValue | undefined, name: string, most: number, notices: string[]): number | null {
	if (value === undefined) return null;
	if (typeof value !== "number") {
		notices.push(`The ${name} of the view was left out: it must be a number.`);
		return null;
	}
	const whole = Math.min(most, Math.max(0, Math.round(value)));
	if (whole !== value) notices.push(`The ${name} of the view was changed: ${value} → ${whole}.`);
	return whole;
}

/** The rollouts on screen may already be those that the link means, unless its preset is another: then they leave first. */
function takeSoon(): void {
	queueMicrotask(() => {
		const { source, recorded } = timelineStore.getState();
		if (wanted && source === "recording" && recorded?.preset === draftStore.getState().presetId) take();
	});
}

/** Takes the selection over when the recording is open, or when the run of the link is over and nobody looks elsewhere. */
export function followLinkedSelection(): void {
	runStore.subscribe((run, before) => {
		if (!wanted) return;
		if (run.phase === "starting" && before.phase !== "starting") forgetIfAnother(run);
		else if (wanted.of === "recording") {
			if (run.latest !== before.latest && timelineStore.getState().source === "recording") take();
		} else if (run.phase === "done" && before.phase !== "done") {
			const { pinned, step, hold } = selectionStore.getState();
			if (pinned || step !== null || hold) wanted = null;
			else take();
		}
	});
}

function forgetIfAnother({ spec }: Run): void {
	if (wanted && (wanted.of === "recording" || !isSameSpec(spec, wanted.spec))) wanted = null;
}

function take(): void {
	const { of, step, group, rollout, token, pair } = wanted as Wanted;
	// Forgotten before anything changes on screen, because such a change calls this function again.
	wanted = null;
	if (step !== null) showStep(step);
	// A link into a recording leaves the step out where it is the one that the recording opens with.
	else if (of === "recording") backToRecording();
	const { latest } = runStore.getState();
	if (!latest) return;
	if (rollout !== null) {
		const lost = takePin(latest, { step, rollout, token: token ?? 0 });
		addNotices(lost.length > 0 || !pair ? lost : putPair(latest, pair));
	} else {
		if (group !== null) addNotices(takeGroup(latest, group));
		if (pair) addNotices(takePair(latest, step, pair));
	}
}

function takeGroup({ batch }: Latest, group: number): string[] {
	const groups = [...new Set(batch.groupIds)];
	const nearest = groups.reduce((a, b) => (Math.abs(b - group) < Math.abs(a - group) ? b : a), groups[0] ?? 0);
	chooseGroup(nearest);
	return nearest === group ? [] : [`The group of the view was changed: ${group} → ${nearest}.`];
}

/** The siblings bring their group with them. */
function takePair(latest: Latest, step: number | null, pair: LinkedPair): string[] {
	if (step !== null && step !== latest.step) return [otherStep("siblings", step, latest.step)];
	// First the group: it lets go of a token that is pinned in another.
	const { groupIds } = latest.batch;
	const group = groupIds[pair.left];
	if (group !== undefined && group === groupIds[pair.right]) chooseGroup(group);
	return putPair(latest, pair);
}

const otherStep = (what: string, step: number, at: number) =>
	`The link looks at ${what} of step ${step}, of which no rollouts are here; step ${at} is the nearest.`;

/** A token is pinned in just the rollouts that the link means: in others it would be another token. */
function takePin(
	{ batch, step: at }: Latest,
	{ step, rollout, token }: { step: number | null; rollout: number; token: number },
) {
	if (step !== null && step !== at) return [otherStep("a token", step, at)];
	if (rollout >= batch.B || token >= (batch.lengths[rollout] as number))
		return [`The pinned token of the view was left out: there is no token ${token} in rollout ${rollout}.`];
	chooseGroup(batch.groupIds[rollout] as number);
	pinToken(rollout, token);
	return [];
}
