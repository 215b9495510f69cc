import type { Tabulated } from "../../engine/signals/tabulated";
import type { JudgeTable } from "../../engine/tasks/judge";
import { NO_STATE } from "../../engine/tasks/machine";
import type { RolloutRequest, TrainingPlan } from "../../engine/training/executor";
import type { CreditBuffers } from "../credit/creditPlan";
import type { CreditSections } from "../credit/sections";
import { USAGE } from "../device/usage";

/** What credit on the device reads beside the rollouts. */
export interface CreditSignals {
	readonly buffer: GPUBuffer;
	/** The buffer, and where in it what lies. */
	on(sections: CreditSections): Pick<CreditBuffers, "signals" | "sections">;
	/** Writes what depends on the prompts of a batch. */
	begin(request: RolloutRequest): void;
	dispose(): void;
}

/** @returns null where the tables ask for nothing beside the rollouts. */
export function createCreditSignals(
	device: GPUDevice,
	plan: TrainingPlan,
	tables: readonly Tabulated[],
): CreditSignals | null {
	const judged = tables.find((table) => table.gives === "judged");
	if (!judged) return null;
	const B = plan.prompts * plan.groupSize;
	const usage = USAGE.storage | USAGE.copyTarget | USAGE.copySource;
	const buffer = device.createBuffer({ label: "credit signals", size: 4 * Math.max(B, 64), usage });
	const startOf = judgeStarts(plan, judged.judge);
	const starts = new Uint32Array(B);
	return {
		buffer,
		on: (sections) => ({ signals: buffer, sections: { ...sections, judge: 0 } }),
		begin({ promptTokens, promptLengths }) {
			promptLengths.forEach((length, p) => {
				const at = p * plan.maxPromptLength;
				const start = startOf(promptTokens.subarray(at, at + length));
				starts.fill(start, p * plan.groupSize, (p + 1) * plan.groupSize);
			});
			device.queue.writeBuffer(buffer, 0, starts);
		},
		dispose: () => buffer.destroy(),
	};
}

/** First state of the judge for a prompt; `NO_STATE` for one that is none of the plan's. */
function judgeStarts({ items = [] }: TrainingPlan, { start }: JudgeTable): (prompt: Int32Array) => number {
	const byPrompt = new Map<string, number>();
	for (const [i, { prompt }] of items.entries()) {
		const text = prompt.join(" ");
		if (!byPrompt.has(text)) byPrompt.set(text, start[i]!);
	}
	return (prompt) => byPrompt.get(prompt.join(" ")) ?? NO_STATE;
}
