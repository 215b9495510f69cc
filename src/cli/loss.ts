import { InvalidInput } from "../engine/core/errors";
import { largest } from "../engine/core/extremes";
import type { RolloutRecord } from "../engine/formats/record";
import { type RolloutLine, readRollouts } from "../engine/formats/rolloutsJsonl";
import { LOSSES, lossConfig } from "../engine/losses/registry";
import { type SurrogateConfig, type SurrogateInput, surrogate } from "../engine/losses/surrogate";
import { findEntry } from "../engine/spec/resolveSpec";
import type { Command } from "./command";
import { chosenParams, PARAM_OPTIONS } from "./methodArgs";

export const lossCommand: Command = {
	name: "loss",
	summary: "Surrogate loss of rollouts with credit, and dL/dlogp of every token.",
	usage: "<rollouts.jsonl> --loss ID [options]",
	operands: ["rollouts.jsonl"],
	options: [{ name: "loss", value: "ID", help: "the policy loss; ascribe losses lists them" }, ...PARAM_OPTIONS],
	run(args, io) {
		const path = args.operand(0);
		const loss = findEntry(LOSSES, args.required("loss"), "loss");
		const { params } = chosenParams(args, loss, "loss");
		const lines = readRollouts(io.readText(path), path);
		const width = largest(
			lines.map(({ record }) => record.tokens.length),
			1,
		);
		const counted = lines.map(countedTokens);
		const config = lossConfig(loss.id, params, width);
		const known = columnsOf(lines, counted, config);
		const out = surrogate(config, inputOf(lines, counted, known));
		const { kl, entropy, ...metrics } = out.metrics;
		io.json({
			loss: out.loss,
			metrics: { ...metrics, ...(known.reference ? { kl } : {}), ...(known.entropy ? { entropy } : {}) },
		});
		let at = 0;
		lines.forEach(({ record }, b) => {
			const dlogp = new Array<number>(record.tokens.length).fill(0);
			for (const t of counted[b]!) dlogp[t] = out.dlogProbs[at++]!;
			io.json({ id: record.id, dlogp });
		});
	},
};

/** Tokens of mask 1 with an advantage that is known. */
function countedTokens({ record, where }: RolloutLine): number[] {
	const { advantage, mask, tokens } = record;
	if (!Array.isArray(advantage) || advantage.length !== tokens.length)
		throw new InvalidInput(`${where}: advantage must be an array of ${tokens.length} numbers, one for each token.`);
	return tokens.flatMap((_, t) => {
		if (mask?.[t] === 0 || advantage[t] === null) return [];
		if (typeof advantage[t] !== "number")
			throw new InvalidInput(
				`${where}: advantage, entry ${t} is ${JSON.stringify(advantage[t])}; it must be a number or null.`,
			);
		return [t];
	});
}

interface Columns {
	readonly reference: boolean;
	readonly entropy: boolean;
}

/** Columns that the loss reads, and those that it could do without but that hold a number for every counted token. */
function columnsOf(
	lines: readonly RolloutLine[],
	counted: readonly (readonly number[])[],
	{ klCoef, entropyCoef, mixBy }: SurrogateConfig,
): Columns {
	const whole = (name: "ref_logprobs" | "entropy") =>
		lines.every(({ record }, b) => record[name] && counted[b]!.every((t) => typeof record[name]![t] === "number"));
	return {
		reference: klCoef > 0 || whole("ref_logprobs"),
		entropy: entropyCoef > 0 || mixBy === "entropy" || whole("entropy"),
	};
}

function inputOf(
	lines: readonly RolloutLine[],
	counted: readonly (readonly number[])[],
	{ reference, entropy }: Columns,
): SurrogateInput {
	const column = (name: keyof RolloutRecord & string) =>
		Float64Array.from(lines.flatMap((line, b) => counted[b]!.map((t) => numberAt(line, name, t))));
	const rows = Int32Array.from(counted.flatMap((tokens, b) => tokens.map(() => b)));
	return {
		B: lines.length,
		rows,
		logProbs: column("new_logprobs"),
		oldLogProbs: column("logprobs"),
		refLogProbs: reference ? column("ref_logprobs") : null,
		entropy: entropy ? column("entropy") : new Float64Array(rows.length),
		advantage: column("advantage"),
		items: Int32Array.from(lines.flatMap(({ record }, b) => counted[b]!.map((t) => itemOf(record, t)))),
	};
}

/** The step or turn that a token lies in; −1 outside. */
function itemOf({ steps, turns }: RolloutRecord, t: number): number {
	return (steps ?? turns ?? []).findIndex(({ start, end }) => start <= t && t < end);
}

function numberAt({ record, where }: RolloutLine, name: string, t: number): number {
	const row = record[name];
	const value = Array.isArray(row) ? (row[t] as unknown) : undefined;
	if (typeof value === "number") return value;
	const what = Array.isArray(row) ? `${name}, entry ${t} is ${JSON.stringify(value)}` : `${name} is missing`;
	throw new InvalidInput(`${where}: ${what}; this loss needs a number for every counted token.`);
}
