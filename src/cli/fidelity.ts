import { InvalidInput } from "../engine/core/errors";
import { METHODS } from "../engine/credit/registry";
import { ALL_METHODS, type MethodScore, scoreMethods } from "../engine/fidelity/methodScores";
import type { Estimate } from "../engine/fidelity/ranking";
import { ORACLE_MODES } from "../engine/oracle/oracle";
import { openSpec } from "../engine/spec/registries";
import { findEntry } from "../engine/spec/resolveSpec";
import { modelOf } from "../engine/training/plan";
import type { Command } from "./command";
import { shownName } from "./openExperiment";
import { openWeights } from "./openWeights";

export const fidelityCommand: Command = {
	name: "fidelity",
	summary: "Holds methods against the exact advantage, on rollouts of one policy.",
	usage: "<spec, preset, link or run file> [options]",
	operands: ["policy"],
	options: [
		{
			name: "methods",
			value: "ID,ID",
			help: "which methods (default: the experiment's and its probes, or all where it has none); ascribe methods lists them",
		},
		{
			name: "mode",
			value: "MODE",
			help: `how exact values are found: ${ORACLE_MODES.join(", ")} (default: enumerate)`,
		},
		{ name: "prompts", value: "N", help: "prompts of the evaluation split (default: 8)" },
		{ name: "group", value: "G", help: "rollouts of each prompt (default: 8)" },
		{ name: "json", help: "one JSON object a method" },
	],
	async run(args, io) {
		const { spec: given, parameters } = openWeights(args.operand(0), io);
		const { spec, task } = openSpec(given, shownName(args.operand(0)));
		if (spec.rollout.topK !== 0 || spec.rollout.topP !== 1)
			throw new InvalidInput("The oracle values the whole distribution: topK must be 0 and topP 1.");
		const own = spec.probes.length > 0 ? [...new Set([spec.method.id, ...spec.probes])] : ALL_METHODS;
		const methods = args.text("methods")?.split(",") ?? own;
		for (const id of methods) findEntry(METHODS, id, "method");
		const question = {
			spec,
			task,
			parameters: parameters(modelOf(spec, task)),
			prompts: args.integer("prompts", { min: 1, max: 1024 }) ?? 8,
			groupSize: args.integer("group", { min: 1, max: 256 }) ?? 8,
			methods,
			mode: args.choice("mode", ORACLE_MODES) ?? "enumerate",
		};
		const scores = await scoreMethods(question, {
			onStep: ({ prefixes }) => io.progress(`exact values: ${prefixes} prefixes`),
			cancelled: () => io.signal.aborted,
		});
		io.progress("");
		if (args.flag("json")) for (const score of scores) io.json(score);
		else for (const line of table(scores)) io.line(line);
	},
};

const HEAD = ["method", "correlation", "signs", "error", "coverage", "cost"];

/** Best correlation first, then those that could not be asked, with their reason. */
function table(scores: readonly MethodScore[]): string[] {
	const rank = (score: MethodScore) => (score.ok && score.fidelity ? finite(score.fidelity.correlation.value) : -2);
	const rows = [...scores].sort((a, b) => rank(b) - rank(a)).map(row);
	const widths = HEAD.map((name, c) => Math.max(name.length, ...rows.map((r) => (r.length > 2 ? r[c]!.length : 0))));
	const width = Math.max(widths[0]!, ...rows.map((r) => r[0]!.length));
	const pad = (cells: readonly string[]) =>
		cells
			.map((cell, c) => (c === 0 ? cell.padEnd(width) : cells.length > 2 ? cell.padStart(widths[c]!) : cell))
			.join("  ");
	return [pad(HEAD), ...rows.map(pad)];
}

function row(score: MethodScore): string[] {
	if (!score.ok) return [score.method, score.reason];
	if (!score.fidelity) return [score.method, "no token's exact advantage is known"];
	const { correlation, signs, error, coverage } = score.fidelity;
	return [
		score.method,
		interval(correlation),
		interval(signs),
		interval(error),
		coverage.toFixed(2),
		`×${score.cost.toFixed(1)}`,
	];
}

const finite = (x: number) => (Number.isFinite(x) ? x : -1);
const digits = (x: number) => (Number.isFinite(x) ? x.toFixed(2) : "-");
const interval = ({ value, lo, hi }: Estimate) => `${digits(value)} [${digits(lo)}, ${digits(hi)}]`;
