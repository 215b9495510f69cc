import { madeBy } from "../../engine/credit/madeBy";
import type { RecordedFrame, Recording } from "../../engine/formats/recording";
import type { Truth } from "../../engine/oracle/truth";
import type { CreditResult } from "../../engine/rollouts/batch";
import type { ExactAnswer } from "../../workers/labApi";
import { membersOf } from "../exact";
import type { Frame } from "../stores/timeline";

/** The frames of a recording as the panels know live ones. Exact values are cut into rollouts when a frame is first looked at. */
export function recordedFrames({ preset, spec, methods, fingerprints, frames }: Recording): Frame[] {
	return frames.map((frame, at) => {
		const { step, batch, credit } = frame;
		const { id, params, rewards } = spec.method;
		const answers = Object.keys(credit).map((method) => {
			const behind = method === id ? rewards : undefined;
			return { method, ok: true, credit: creditOf(frame, method, methods[method] ?? {}, behind) } as const;
		});
		const trained = answers.find((a) => a.method === id)?.credit ?? creditOf(frame, id, params, rewards);
		const groups = [...new Set(batch.groupIds)];
		return {
			latest: { step, batch, spec, credit: trained, recorded: { preset, frame: at, fingerprints } },
			answers,
			get exact() {
				const value = new Map(groups.map((group) => [group, exactOf(frame, group)]));
				Object.defineProperty(this, "exact", { value });
				return value;
			},
		};
	});
}

/** @param rewards the writers of rewards before the method, where there were some. */
function creditOf(
	{ batch, credit }: RecordedFrame,
	method: string,
	params: CreditResult["params"],
	rewards: CreditResult["rewards"],
): CreditResult {
	const advantage = credit[method] ?? new Float64Array(batch.B * batch.T).fill(Number.NaN);
	const cost = { extraTokens: 0, modelCalls: 0 };
	return { ...madeBy(method, params, rewards), advantage, terms: { advantage }, mask: batch.actionMask, cost };
}

function exactOf(frame: RecordedFrame, group: number): ExactAnswer {
	const truths = membersOf(frame.batch.groupIds, group).map((b) => truthOf(frame, b));
	return { ok: true, mode: frame.exact.mode, uncertainty: 0, truths };
}

/** Values and advantages of one rollout. What other tokens would have been worth is not recorded. */
function truthOf({ batch, exact }: RecordedFrame, b: number): Truth {
	const [from, end] = [b * batch.T, b * batch.T + (batch.lengths[b] as number)];
	// After the end of a rollout nothing is left to earn.
	const V = Float64Array.from([...exact.values.subarray(from, end), 0]);
	const mask = batch.actionMask.slice(from, end);
	const luck = Float64Array.from(mask, (m, t) => (m ? 0 : batch.rewards[from + t]! + V[t + 1]! - V[t]!));
	return {
		mode: exact.mode,
		tokens: [...batch.tokens.subarray(from, end)],
		V,
		lo: V,
		hi: V,
		Q: [],
		probabilities: [],
		advantage: exact.advantage.slice(from, end),
		luck,
		mask,
		cost: { prefixes: 0, sampledTokens: 0 },
	};
}
