import { Cancelled, InvalidInput, messageOf } from "../engine/core/errors";
import { advantageWidth, askWithin, EFFORT } from "../engine/oracle/auto";
import { modelPolicy } from "../engine/oracle/modelPolicy";
import type { OracleControl } from "../engine/oracle/oracle";
import type { Step } from "../engine/oracle/request";
import type { Truth } from "../engine/oracle/truth";
import { play } from "../engine/tasks/walk";
import { findItem } from "../engine/training/prompts";
import { breathe } from "./breathe";
import type { ExactAnswer, ExactQuestion } from "./labApi";
import { openedTask } from "./openedTask";

/** Parameters up to which the effort is what it says; larger models get proportionally less. */
const USUAL_PARAMETERS = 150_000;
const BREATHE_MS = 30;

/** Answers one question after the other; a newer one ends the one that is open. */
export class ExactDesk {
	private newest = 0;

	cancel(): void {
		this.newest++;
	}

	async answer(question: ExactQuestion, onStep: (step: Step) => void): Promise<ExactAnswer> {
		const mine = ++this.newest;
		try {
			return answerOf(
				await this.ask(
					question,
					controlOf(onStep, () => this.newest !== mine),
				),
			);
		} catch (error) {
			if (error instanceof Cancelled) return { ok: false, reason: "Stopped before it was known." };
			return { ok: false, reason: messageOf(error) };
		}
	}

	private async ask({ spec, parameters, prompt, responses }: ExactQuestion, control: OracleControl): Promise<Truth[]> {
		const { task, pool, model } = openedTask(spec);
		const { topK, topP, temperature } = spec.rollout;
		if (topK !== 0 || topP !== 1)
			throw new InvalidInput("Exact values are about the whole distribution: they need top-k 0 and top-p 1.");
		const item = findItem(pool, prompt);
		if (!item) throw new InvalidInput("This prompt is none of the task's, so nothing is known of its future.");
		const policy = modelPolicy(model, Float64Array.from(parameters), temperature);
		const tokens = responses.map((response) => Array.from(response));
		for (const response of tokens) play(task.env, item, response);
		const effort = EFFORT * Math.min(1, USUAL_PARAMETERS / parameters.length);
		return askWithin(effort, { task, item, responses: tokens, policy, seed: spec.seed }, control);
	}
}

/** Lets messages in, and tells of progress, every few hundredths of a second. */
function controlOf(onStep: (step: Step) => void, cancelled: () => boolean): OracleControl {
	let at = performance.now();
	let latest: Step | null = null;
	return {
		cancelled,
		onStep: (step) => {
			latest = step;
		},
		async breathe() {
			if (performance.now() - at < BREATHE_MS) return;
			if (latest) onStep(latest);
			await breathe();
			at = performance.now();
		},
	};
}

function answerOf(truths: readonly Truth[]): ExactAnswer {
	const uncertainty = truths.reduce((widest, truth) => Math.max(widest, ...advantageWidth(truth)), 0) / 2;
	return { ok: true, truths, mode: truths[0]?.mode ?? "enumerate", uncertainty };
}
