import { creditorOf, type MethodChoice } from "../../engine/credit/choice";
import type { RewardChoice } from "../../engine/credit/method";
import { REWARD_WRITERS } from "../../engine/credit/rewards/registry";
import type { ExperimentSpec } from "../../engine/spec/experiment";
import { resolveParams } from "../../engine/spec/params";
import { learntRewards } from "../../engine/training/plan";
import { changeField, type Draft, draftStore } from "./draft";
import { signalProblem } from "./signalOrigins";

/** Path of the reward writers before the method. */
export const REWARDS = "method.rewards";

/** Path of a parameter of a writer; a chain has no writer twice. */
export const writerPath = (id: string, name: string): string => `${REWARDS}.${id}.${name}`;

const chainOf = ({ method }: ExperimentSpec): readonly RewardChoice[] => method.rewards ?? [];
const chain = () => chainOf(draftStore.getState().spec);

/** An empty chain is none. */
const setChain = (rewards: readonly RewardChoice[], path = REWARDS): void => {
	changeField(REWARDS, rewards.length > 0 ? rewards : undefined, path);
};

const isReplacing = ({ id }: Pick<RewardChoice, "id">) => REWARD_WRITERS.find((w) => w.id === id)?.kind === "replaces";

/**
 * The chain with one writer more: right before the method if it adds to the rewards; first if it takes their place, instead of another that
 * does, since what is written before such a writer is lost.
 */
function chainWith(before: readonly RewardChoice[], id: string): readonly RewardChoice[] {
	const writer = { id, params: {} };
	if (before.some((other) => other.id === id)) return before;
	return isReplacing(writer) ? [writer, ...before.filter((other) => !isReplacing(other))] : [...before, writer];
}

/** Puts a writer into the chain, where it makes sense. */
export function addWriter(id: string): void {
	setChain(chainWith(chain(), id));
}

export function removeWriter(id: string): void {
	setChain(chain().filter((writer) => writer.id !== id));
}

/** Exchanges a writer with the one before it; the first stays where it is. */
export function moveWriterUp(id: string): void {
	const at = chain().findIndex((writer) => writer.id === id);
	if (at < 1) return;
	const rewards = [...chain()];
	rewards.splice(at - 1, 2, rewards[at]!, rewards[at - 1]!);
	setChain(rewards);
}

export function changeWriter(id: string, name: string, value: unknown): void {
	setChain(
		chain().map((writer) => (writer.id === id ? { id, params: { ...writer.params, [name]: value } } : writer)),
		writerPath(id, name),
	);
}

/** What can be put into the settings by its name. */
export type Kind = "method" | "reward" | "task" | "loss";

/** Puts a task, a method, a loss or a writer before the method into the settings, with its defaults. */
export function chooseEntry(kind: Kind, id: string): void {
	if (kind === "reward") addWriter(id);
	else changeField(kind, specWith(draftStore.getState().spec, kind, id)[kind]);
}

/** Whether the settings name it. */
export function isChosen(spec: ExperimentSpec, kind: Kind, id: string): boolean {
	return kind === "reward" ? chainOf(spec).some((writer) => writer.id === id) : spec[kind].id === id;
}

/** The experiment with something else in it, as `chooseEntry` would make it. */
export function specWith(spec: ExperimentSpec, kind: Kind, id: string): ExperimentSpec {
	if (kind === "method") return { ...spec, method: methodWith(spec, id) };
	if (kind === "reward") return { ...spec, method: { ...spec.method, rewards: chainWith(chainOf(spec), id) } };
	return { ...spec, [kind]: { id, params: {} } };
}

/** A method with its defaults; the writers before it stay where they make sense before it too. */
function methodWith(spec: ExperimentSpec, id: string): MethodChoice {
	const rewards = chainOf(spec);
	const alone = { id, params: {} };
	const method: MethodChoice = rewards.length > 0 ? { ...alone, rewards } : alone;
	return chainProblem({ ...spec, method }) === "" ? method : alone;
}

/** Why the writers of an experiment make no sense before its method, in the engine's one sentence; empty where they do, or there are none. */
export function chainProblem(spec: ExperimentSpec): string {
	const { method } = spec;
	if (!method.rewards?.length) return "";
	try {
		const creditor = creditorOf(method);
		creditor.estimate(resolveParams(creditor.params, method.params, `method ${method.id}`));
		if (spec.model.valueHead) learntRewards(spec);
		return "";
	} catch (error) {
		return (error as Error).message;
	}
}

/** Why the credit of an experiment cannot be computed while it trains, in one sentence; empty where it can. */
export const creditProblem = (spec: ExperimentSpec): string => chainProblem(spec) || signalProblem(spec);

/** Why no run can start from a draft, in words; empty where one can. */
export const blockedBy = ({ rejected, spec }: Draft): string =>
	Object.keys(rejected).length > 0 ? "A setting has no valid value" : creditProblem(spec);
