import { InvalidInput } from "../engine/core/errors";
import { type Continuation, continuations, runningValues } from "../engine/oracle/continuations";
import { modelPolicy } from "../engine/oracle/modelPolicy";
import { findItem } from "../engine/training/prompts";
import { breathe } from "./breathe";
import type { BranchAnswer, BranchQuestion } from "./labApi";
import { openedTask } from "./openedTask";

/** Continuations that a person may ask for at once. */
const MOST = 4096;

/** Samples on from one prefix at a time; a newer wish ends the one that is open. */
export class BranchDesk {
	private newest = 0;

	cancel(): void {
		this.newest++;
	}

	/** @throws InvalidInput for a prompt or prefix that the task does not know. */
	async answer(question: BranchQuestion, onNews: (answer: BranchAnswer) => void): Promise<BranchAnswer> {
		const mine = ++this.newest;
		const { spec, parameters, samples, seed, temperature = spec.rollout.temperature } = question;
		const { task, pool, model } = openedTask(spec);
		const item = findItem(pool, question.prompt);
		if (!item) throw new InvalidInput("This prompt is none of the task's, so nobody can go on from it.");
		if (!(samples >= 1 && samples <= MOST))
			throw new InvalidInput(`Between 1 and ${MOST} continuations can be sampled, not ${samples}.`);
		if (!(temperature >= 0.05 && temperature <= 5))
			throw new InvalidInput(`The temperature must be from 0.05 to 5, not ${temperature}.`);
		const policy = modelPolicy(model, Float64Array.from(parameters), temperature);
		const prefix = Array.from(question.prefix);
		const found: Continuation[] = [];
		const answer = (): BranchAnswer => ({
			values: runningValues(
				task,
				item,
				prefix,
				found.map((c) => c.total),
			),
			continuations: [...found],
		});
		for await (const some of continuations({ task, item, policy, prefix, samples, seed })) {
			found.push(...some);
			if (found.length < samples) onNews(answer());
			await breathe();
			if (this.newest !== mine) break;
		}
		return answer();
	}
}
