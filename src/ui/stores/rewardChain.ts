import { creditorOf, type MethodChoice } from "../../engine/credit/choice";
import type { RewardChoice } from "../../engine/credit/method";
import type { ExperimentSpec } from "../../engine/spec/experiment";
import { resolveParams } from "../../engine/spec/params";
import { learntRewards } from "../../engine/training/plan";
import { changeField, type Draft, draftStore } from "./draft";

/** Path of the reward writers before the method. */
export const REWARDS = "method.rewards";

/** Path of a parameter of a writer; a chain has no writer twice. */
export const writerPath = (id: string, name: string): string => `${REWARDS}.${id}.${name}`;

const chain = (): readonly RewardChoice[] => draftStore.getState().spec.method.rewards ?? [];

/** An empty chain is none. */
const setChain = (rewards: readonly RewardChoice[], path = REWARDS): void => {
	changeField(REWARDS, rewards.length > 0 ? rewards : undefined, path);
};

/** Puts a writer at the end of the chain, right before the method. */
export function addWriter(id: string): void {
	setChain([...chain(), { id, params: {} }]);
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

/** Chooses a task, a method or a loss with its defaults. @param path where the experiment names it. */
export function chooseEntry(path: string, id: string): void {
	if (path === "method") chooseMethod(id);
	else changeField(path, { id, params: {} });
}

/** Chooses a method with its defaults; the writers before it stay where they make sense before it too. */
function chooseMethod(id: string): void {
	const rewards = chain();
	const { spec } = draftStore.getState();
	const alone = { id, params: {} };
	const method: MethodChoice = rewards.length > 0 ? { ...alone, rewards } : alone;
	changeField("method", chainProblem({ ...spec, method }) === "" ? method : alone);
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

/** Why no run can start from a draft, in words; empty where one can. */
export const blockedBy = ({ rejected, spec }: Draft): string =>
	Object.keys(rejected).length > 0 ? "A setting has no valid value" : chainProblem(spec);
