import { Cancelled, InvalidInput } from "../core/errors";
import { montecarlo } from "./monteCarlo";
import { ORACLE_DEFAULTS, type OracleRequest, type Step } from "./request";
import { closed, dp } from "./stateModes";
import { bestfirst, enumerate } from "./treeModes";
import type { OracleMode, Truth } from "./truth";

const MODES: Readonly<Record<OracleMode, (request: OracleRequest) => AsyncGenerator<Step, Truth[]>>> = {
	enumerate,
	bestfirst,
	dp,
	montecarlo,
	closed,
};
export const ORACLE_MODES = Object.keys(MODES) as readonly OracleMode[];

export type OracleQuestion = Pick<OracleRequest, "task" | "item" | "responses" | "policy"> & Partial<OracleRequest>;
export interface OracleControl {
	readonly onStep?: (step: Step) => void;
	/** Asked between batches. */
	readonly cancelled?: () => boolean;
	/** Awaited between batches, so that the thread can answer its messages meanwhile. */
	readonly breathe?: () => Promise<void>;
}

/**
 * The exact value of every prefix of the responses to a prompt, Q of every token that can come, and the exact advantage,
 * under a fixed policy and without discount. Every mode answers the same question; `Truth.mode` says which did.
 * @throws InvalidInput where the mode does not apply, Cancelled when told to stop.
 */
export async function askOracle(
	mode: OracleMode,
	question: OracleQuestion,
	control: OracleControl = {},
): Promise<Truth[]> {
	const request = { ...ORACLE_DEFAULTS, ...question };
	if (!(request.samples >= 1))
		throw new InvalidInput(`The oracle's samples are ${request.samples}; at least 1 is needed.`);
	const work = MODES[mode](request);
	for (;;) {
		const { done, value } = await work.next();
		if (done) return value;
		control.onStep?.(value);
		await control.breathe?.();
		if (control.cancelled?.()) throw new Cancelled();
	}
}
