import { InvalidInput } from "../engine/core/errors";
import { Rng } from "../engine/core/rng";
import { askWithin, EFFORT } from "../engine/oracle/auto";
import { decisionMeasures } from "../engine/oracle/decisions";
import { modelPolicy } from "../engine/oracle/modelPolicy";
import { askOracle, ORACLE_MODES, type OracleControl, type OracleQuestion } from "../engine/oracle/oracle";
import { ORACLE_DEFAULTS } from "../engine/oracle/request";
import { sampleResponse } from "../engine/oracle/sampleResponse";
import { type SoftTruth, softTruth } from "../engine/oracle/soft";
import type { OracleMode, Truth } from "../engine/oracle/truth";
import { openSpec } from "../engine/spec/registries";
import { modelOf } from "../engine/training/plan";
import type { Args } from "./args";
import type { Command } from "./command";
import { NODE_HOST } from "./host";
import type { Io } from "./io";
import { shownName } from "./openExperiment";
import { openWeights } from "./openWeights";
import { jsonPrinter } from "./output";

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
		{
			name: "soft",
			value: "BETA",
			help: "values under a penalty of BETA on the KL divergence from the policy, which is the reference then",
		},
		{ name: "measures", help: "one line more: where these rollouts were decided" },
		{ name: "out", value: "FILE", help: "writes there instead of to standard output: *.jsonl" },
	],
	async run(args, io) {
		const beta = args.number("soft", { min: 1e-6 });
		if (beta !== undefined && (args.text("mode") !== undefined || args.flag("measures")))
			throw new InvalidInput("--soft enumerates and has no measures: leave --mode and --measures out.");
		const asked = openPolicy(args, io);
		const truths: Truth[] = [];
		const { print, finish } = jsonPrinter(args.text("out"), io);
		const mode = args.choice("mode", ["auto", ...ORACLE_MODES] as const) ?? "auto";
		const prompts = args.integer("prompts", { min: 1, max: 4096 }) ?? 8;
		for (let p = 0; p < prompts; p++) {
			const question = await questionOf(asked, p, args);
			const control = controlOf(`prompt ${p + 1} of ${prompts}`, io);
			const found =
				beta === undefined ? await answer(mode, question, control) : await softTruth(question, beta, control);
			found.forEach((truth, g) => {
				const values = "mode" in truth ? lineOf(truth) : softLine(truth, question.responses[g] ?? [], beta);
				print({ id: `p${p}/${g}`, prompt: question.item.prompt, ...values });
				if ("mode" in truth) truths.push(truth);
			});
		}
		const { id, returnRange } = asked.task;
		if (args.flag("measures")) print({ task: id, ...decisionMeasures(truths, returnRange) });
		io.progress("");
		await finish();
	},
};

/** The task and the policy that the call names. */
function openPolicy(args: Args, io: Io) {
	const { spec: given, parameters } = openWeights(args.operand(0), io);
	const { spec, task } = openSpec(given, shownName(args.operand(0)));
	const { topK, topP, temperature } = spec.rollout;
	if (topK !== 0 || topP !== 1)
		throw new InvalidInput("The oracle values the whole distribution: the experiment's topK must be 0 and its topP 1.");
	const model = modelOf(spec, task);
	const policy = modelPolicy(model, Float64Array.from(parameters(model)), temperature);
	return { task, policy, seed: args.integer("seed", { min: 0, max: 2 ** 32 - 1 }) ?? spec.seed };
}

/** Rollouts of prompt `p` of the evaluation split. */
async function questionOf({ task, policy, seed }: ReturnType<typeof openPolicy>, p: number, args: Args) {
	const item = task.item("val", p);
	const rng = Rng.of(seed).fork("oracle-rollouts").fork(p);
	const group = args.integer("group", { min: 1, max: 256 }) ?? 1;
	const responses: number[][] = [];
	for (let g = 0; g < group; g++) responses.push(await sampleResponse(task, item, policy, rng.fork(g)));
	return { task, item, responses, policy, seed, ...precision(args) };
}

const controlOf = (where: string, io: Io): OracleControl => ({
	onStep: ({ prefixes }) => io.progress(`${where}: ${prefixes} prefixes`),
	cancelled: () => io.signal.aborted,
	breathe: NODE_HOST.breathe,
});

function answer(mode: "auto" | OracleMode, question: OracleQuestion, control: OracleControl): Promise<Truth[]> {
	return mode === "auto" ? askWithin(EFFORT, question, control) : askOracle(mode, question, control);
}

/** `tokens`, `V` [T+1], `Q`, `optimal` [T] of {id: number}, `advantage` [T], all of them soft. */
function softLine(truth: SoftTruth, tokens: readonly number[], beta: number | undefined) {
	const { V, Q, optimal, advantage } = truth;
	return { mode: "soft", beta, tokens, V: [...V], Q, optimal, advantage: [...advantage] };
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
