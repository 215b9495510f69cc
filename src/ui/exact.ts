import { messageOf } from "../engine/core/errors";
import type { ExactAnswer, LabApi } from "../workers/labApi";
import type { TrainerApi } from "../workers/trainerApi";
import { pictures } from "./pictures";
import { findEntry, TASKS } from "./registries";
import { type Latest, runStore, setExact } from "./stores/run";
import { selectionStore } from "./stores/selection";

type Exact = Pick<LabApi, "exact" | "cancelExact">;
type Policies = Pick<TrainerApi, "policyOf">;

let lab: Exact | null = null;
let trainer: Policies | null = null;
/** The policy of each batch that was asked about, as long as the batch lives. */
const policies = new WeakMap<Latest, Promise<Float32Array | null>>();
let newest = 0;

/** Takes the lab into use: the exact values of the group on screen are asked for whenever it changes. */
export function connectExact(api: Exact, source: Policies): void {
	lab = api;
	trainer = source;
	runStore.subscribe((run, before) => {
		if (run.latest !== before.latest) askExact();
	});
	selectionStore.subscribe((selection, before) => {
		if (selection.group !== before.group) askExact();
	});
}

/** Stops working out the exact values of the group on screen. */
export function cancelExact(): void {
	void lab?.cancelExact();
}

/** Asks for the group on screen, unless its answer is known or on its way. */
function askExact(): void {
	const { latest, exact } = runStore.getState();
	if (!lab || !latest || latest.spec.oracle === "off" || !findEntry(TASKS, latest.spec.task.id)) return;
	const { groupIds } = latest.batch;
	const wanted = selectionStore.getState().group;
	const group = wanted !== null && groupIds.includes(wanted) ? wanted : (groupIds[0] ?? 0);
	if (exact?.of === latest && exact.groups.has(group)) return;
	setExact(latest, group, null);
	const mine = ++newest;
	void answer(lab, latest, membersOf(groupIds, group)).then((found) => {
		const show = () => {
			if (runStore.getState().latest === latest) setExact(latest, group, mine === newest ? found : undefined);
		};
		pictures.hurry(show, show);
	});
}

/**
 * Works out the exact values of every group of a batch that is not known yet, prompt by prompt: groups with the same prompt share the
 * work. Ends early when the rollouts on screen change, when it is cancelled, or when a single group is asked for meanwhile.
 */
export async function askAllGroups(latest: Latest): Promise<void> {
	if (!lab) return;
	const mine = ++newest;
	const known = () => runStore.getState().exact?.groups;
	for (const groups of groupsByPrompt(latest)) {
		const open = groups.filter((group) => !known()?.get(group)?.ok);
		if (open.length === 0) continue;
		for (const group of open) setExact(latest, group, null);
		const answers = await answersOf(lab, latest, open);
		if (runStore.getState().latest !== latest) return;
		const over = mine !== newest;
		open.forEach((group, i) => {
			setExact(latest, group, over ? undefined : answers[i]);
		});
		if (over || answers.some((a) => !a.ok)) return;
	}
}

/** Answers for groups of one prompt, asked as one question. */
async function answersOf(api: Exact, latest: Latest, groups: readonly number[]): Promise<ExactAnswer[]> {
	const members = groups.map((group) => membersOf(latest.batch.groupIds, group));
	const found = await answer(api, latest, members.flat());
	if (!found.ok) return groups.map(() => found);
	let from = 0;
	return members.map(({ length }) => {
		from += length;
		return { ...found, truths: found.truths.slice(from - length, from) };
	});
}

function groupsByPrompt({ batch }: Latest): number[][] {
	const { groupIds, promptTokens, promptOffsets } = batch;
	const groups = new Map<string, Set<number>>();
	groupIds.forEach((group, b) => {
		const prompt = promptTokens.subarray(promptOffsets[b], promptOffsets[b + 1]).join();
		groups.set(prompt, (groups.get(prompt) ?? new Set()).add(group));
	});
	return [...groups.values()].map((set) => [...set]);
}

/** @param members rollouts of one prompt. */
async function answer(api: Exact, latest: Latest, members: readonly number[]): Promise<ExactAnswer> {
	if (latest.editedFrom)
		return { ok: false, reason: "These rewards were edited by hand; exact values are those of the task's own." };
	try {
		const parameters = await policyOf(latest);
		if (!parameters) return { ok: false, reason: "The policy that sampled these rollouts is not at hand." };
		return await api.exact({ spec: latest.spec, parameters, ...textsOf(latest, members) }, (step) => {
			pictures.add("exact step", () => runStore.setState({ exactStep: step }));
		});
	} catch (error) {
		return { ok: false, reason: messageOf(error) };
	}
}

/** Asked for at once when a batch arrives: the trainer keeps few, and a new run has none of the old one's. */
export function policyOf(latest: Latest): Promise<Float32Array | null> {
	const known = policies.get(latest);
	if (known) return known;
	const policy = latest.recorded ? recordedPolicyOf(latest.recorded) : trainedPolicyOf(latest);
	policies.set(latest, policy);
	// What could not be fetched is tried again.
	policy.catch(() => policies.delete(latest));
	return policy;
}

/** Loaded when it is first asked for: nothing that opens with the page needs it. */
async function recordedPolicyOf(recorded: NonNullable<Latest["recorded"]>): Promise<Float32Array> {
	const { recordedPolicy } = await import("./recording/recordedPolicy");
	return recordedPolicy(recorded);
}

async function trainedPolicyOf({ spec, step }: Latest): Promise<Float32Array | null> {
	const run = runStore.getState();
	// The trainer knows nothing of a run that was read from a file.
	return run.spec === spec && run.file === null && trainer ? trainer.policyOf(step) : null;
}

function textsOf({ batch }: Latest, members: readonly number[]) {
	const first = members[0] ?? 0;
	return {
		prompt: batch.promptTokens.slice(batch.promptOffsets[first], batch.promptOffsets[first + 1]),
		responses: members.map((b) => batch.tokens.slice(b * batch.T, b * batch.T + (batch.lengths[b] as number))),
	};
}

/** Rollouts of a group, in order. */
export function membersOf(groupIds: Int32Array, group: number): number[] {
	return [...groupIds.keys()].filter((b) => groupIds[b] === group);
}
