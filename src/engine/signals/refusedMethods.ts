import { AscribeError } from "../core/errors";
import type { AnyMethod, Need } from "../credit/method";
import { METHODS } from "../credit/registry";
import type { Channel } from "../formats/importers/importer";
import { planSignals } from "./planner";
import { PROVIDERS } from "./registry";

/** The channel of a file that brings a field of the batch. */
const BRINGS: Readonly<Partial<Record<Channel, readonly string[]>>> = {
	logprobs: ["logProbs"],
	ref_logprobs: ["refLogProbs"],
	values: ["values"],
	turns: ["turns"],
};

/** Whether a method at its defaults gets what it reads from channels of a file and from what can be worked out of them, without task and policy. */
function canAnswer(method: AnyMethod, channels: readonly Channel[]): boolean {
	const fields = new Set(channels.flatMap((channel) => BRINGS[channel] ?? []));
	const carries = (need: Need) => "field" in need && fields.has(need.field);
	try {
		planSignals(method, {}, { carries, resources: new Set() }, PROVIDERS);
		return true;
	} catch (error) {
		if (error instanceof AscribeError) return false;
		throw error;
	}
}

/**
 * The methods that a file keeps from answering: for each channel that it lacks, by id, those that would answer if it alone were there.
 * Channels that no method waits for are left out.
 */
export function refusedMethods(found: Readonly<Record<Channel, number>>): Partial<Record<Channel, readonly string[]>> {
	const channels = Object.keys(found) as Channel[];
	const there = channels.filter((channel) => found[channel] > 0);
	const waiting = METHODS.filter((method) => !canAnswer(method, there));
	const refused = channels
		.filter((channel) => found[channel] === 0)
		.map(
			(channel) =>
				[channel, waiting.filter((method) => canAnswer(method, [...there, channel])).map(({ id }) => id)] as const,
		);
	return Object.fromEntries(refused.filter(([, ids]) => ids.length > 0));
}
