import { InvalidInput } from "../engine/core/errors";
import { Rng } from "../engine/core/rng";
import { askWithin, EFFORT } from "../engine/oracle/auto";
import { decisionMeasures } from "../engine/oracle/decisions";
import { modelPolicy } from "../engine/oracle/modelPolicy";
import { askOracle, ORACLE_MODES, type OracleControl, type OracleQuestion } from "../engine/oracle/oracle";
import { ORACLE_DEFAULTS } from "../engine/oracle/request";
import { sampleResponse } from "../engine/oracle/sampleResponse";
import type { OracleMode, Truth } from "../engine/oracle/truth";
import { openSpec } from "../engine/spec/registries";
import { modelOf } from "../engine/training/plan";
import type { Args } from "./args";
import type { Command } from "./command";
import { NODE_HOST } from "./host";
import { jsonLine } from "./json";
import { openWeights } from "./openWeights";

export const oracleCommand: Command = {
	name: "oracle",
	summary: "Exact values and advantages of a policy's rollouts, with intervals.",
	usage: "<spec, preset, link or run file> [options]",
	operands: ["policy"],
	options: [
		{
			name: "mode",
			value: "MODE",
			help: `auto, ${ORACLE_MODES.join(", ")} (default: auto, the most exact one within ${EFFORT} prefixes)`,
		},
		{ name: "prompts", value: "N", help: "prompts of the evaluation split (default: 8)" },
		{ name: "group", value: "G", help: "rollouts of each prompt (default: 1)" },
		{ name: "seed", value: "N", help: "seed of the rollouts (default: as in the experiment)" },
		{
			name: "samples",
			value: "K",
			help: `montecarlo: continuations of every token (default: ${ORACLE_DEFAULTS.samples})`,
		},
		{ name: "tolerance", value: "X", help: `bestfirst: width of the interval (default: ${ORACLE_DEFAULTS.tolerance})` },
		{ name: "measures", help: "one line more: where these rollouts were decided" },
		{ name: "out", value: "FILE", help: "writes there instead of to standard output" },
	],
	async run(args, io) {
		const { spec: given, parameters } = openWeights(args.operand(0), io);
		const { spec, task } = openSpec(given);
		const model = modelOf(spec, task);
		const { topK, topP, temperature } = spec.rollout;
		if (topK !== 0 || topP !== 1)
			throw new InvalidInput(
				"The oracle values the whole distribution: the experiment's topK must be 0 and its topP 1.",
			);
		const policy = modelPolicy(model, Float64Array.from(parameters(model)), temperature);
		const prompts = args.integer("prompts", { min: 1, max: 4096 }) ?? 8;
		const group = args.integer("group", { min: 1, max: 256 }) ?? 1;
		const seed = args.integer("seed", { min: 0, max: 2 ** 32 - 1 }) ?? spec.seed;
		const mode = args.choice("mode", ["auto", ...ORACLE_MODES] as const) ?? "auto";
		const all: Truth[] = [];
		const lines: string[] = [];
		const print = (record: unknown) => {
			if (args.text("out") === undefined) io.json(record);
			else lines.push(jsonLine(record).text);
		};
		for (let p = 0; p < prompts; p++) {
			const item = task.item("val", p);
			const rng = Rng.of(seed).fork("oracle-rollouts").fork(p);
			const responses: number[][] = [];
			for (let g = 0; g < group; g++) responses.push(await sampleResponse(task, item, policy, rng.fork(g)));
			const question = { task, item, responses, policy, seed, ...precision(args) };
			const truths = await answer(mode, question, {
				onStep: ({ prefixes }) => io.progress(`prompt ${p + 1} of ${prompts}: ${prefixes} prefixes`),
				cancelled: () => io.signal.aborted,
				breathe: NODE_HOST.breathe,
			});
			all.push(...truths);
			truths.forEach((truth, g) => {
				print({ id: `p${p}/${g}`, prompt: item.prompt, ...lineOf(truth) });
			});
		}
		if (args.flag("measures")) print({ task: task.id, ...decisionMeasures(all, task.returnRange) });
		io.progress("");
		const out = args.text("out");
		if (out !== undefined) io.write(out, `${lines.join("\n")}\n`);
	},
};

function answer(mode: "auto" | OracleMode, question: OracleQuestion, control: OracleControl): Promise<Truth[]> {
	return mode === "auto" ? askWithin(EFFORT, question, control) : askOracle(mode, question, control);
}

function precision(args: Args) {
	return {
		samples: args.integer("samples", { min: 1, max: 1_000_000 }) ?? ORACLE_DEFAULTS.samples,
		tolerance: args.number("tolerance", { min: 0, max: 1 }) ?? ORACLE_DEFAULTS.tolerance,
	};
}

/** `tokens`, `V`, `lo`, `hi` [T+1], `Q` [T] of {id: q}, `advantage`, `luck`, `mask` [T], mode, cost. */
function lineOf({ mode, tokens, V, lo, hi, Q, advantage, luck, mask, cost }: Truth) {
	return {
		mode,
		tokens,
		V: [...V],
		lo: [...lo],
		hi: [...hi],
		Q,
		advantage: [...advantage],
		luck: [...luck],
		mask: [...mask],
		cost,
	};
}
