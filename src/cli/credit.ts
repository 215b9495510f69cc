import { InvalidInput } from "../engine/core/errors";
import { plural } from "../engine/core/plural";
import type { Creditor, RewardChoice } from "../engine/credit/method";
import { needKey } from "../engine/credit/needs";
import { METHODS } from "../engine/credit/registry";
import { withRewards } from "../engine/credit/rewards/compose";
import { REWARD_WRITERS } from "../engine/credit/rewards/registry";
import { creditBy } from "../engine/credit/run";
import { traceOf } from "../engine/credit/traceOps";
import { withGroups } from "../engine/formats/groups";
import type { ImportedFile } from "../engine/formats/importFile";
import { withReward } from "../engine/formats/paid";
import { batchesOf, type StepBatch } from "../engine/formats/recordsBatch";
import type { RolloutLine } from "../engine/formats/rolloutsJsonl";
import type { CreditRow } from "../engine/formats/writers/creditTables";
import type { CreditResult, RolloutBatch } from "../engine/rollouts/batch";
import { annotateFor } from "../engine/signals/annotate";
import { type PlannedSignal, resolveChoices, type SignalChoices } from "../engine/signals/planner";
import { PROVIDERS } from "../engine/signals/registry";
import { type ParamTable, parseParam } from "../engine/spec/params";
import { findEntry } from "../engine/spec/resolveSpec";
import { CREDIT_LANES } from "../gpu/credit/creditPlan";
import { gpuCredit } from "../gpu/credit/gpuCredit";
import { openDevice } from "../gpu/device/adapter";
import { DispatchCompiler } from "../gpu/device/dispatch";
import type { Command } from "./command";
import type { Io } from "./io";
import { loadRollouts } from "./loadRollouts";
import { chosenParams, PARAM_OPTIONS } from "./methodArgs";
import { nodeGpu } from "./nodeGpu";
import { creditPrinter, jsonPrinter } from "./output";
import { tracedRollout } from "./tracedRollout";

export const creditCommand: Command = {
	name: "credit",
	summary: "Per-token credit of a method on anybody's rollouts, one JSON object a line.",
	usage: "<rollouts> --method ID [options]",
	operands: ["rollouts"],
	options: [
		{ name: "method", value: "ID", help: "the credit-assignment method; ascribe methods lists them" },
		...PARAM_OPTIONS,
		{
			name: "reward",
			value: "ID[.K=V]",
			repeat: true,
			help: "a writer of rewards before the method, and its parameter; several stand in the order given; ascribe rewards lists them",
		},
		{
			name: "signal",
			value: "ID[.K=V]",
			repeat: true,
			help: "compute what is missing with this provider, and its parameter; ascribe signals lists them",
		},
		{
			name: "backend",
			value: "cpu|gpu|wasm",
			help: "where to compute: cpu, the float64 definition (default), gpu, the float32 that training uses, or wasm",
		},
		{
			name: "trace",
			value: "ID:TOKEN",
			help: "instead: how one token came by its credit in the float64 definition, step by step, as one object; GROUP/ID:TOKEN, or STEP/GROUP/ID:TOKEN, where several rollouts have that id",
		},
		{
			name: "keep-going",
			help: "leave rows out that cannot be read, and groups without credit in which a reward is missing, instead of stopping at the first",
		},
		{ name: "out", value: "FILE", help: "write there instead of standard output: *.jsonl, *.parquet or *.csv" },
	],
	async run(args, io) {
		const path = args.operand(0);
		const backend = args.choice("backend", ["cpu", "gpu", "wasm"]) ?? "cpu";
		const alone = findEntry(METHODS, args.required("method"), "method");
		const { preset, params } = chosenParams(args, alone, "method");
		const method = withRewards(alone, chosenRewards(args.all("reward")));
		method.estimate(params);
		const signals = chosenSignals(args.all("signal"));
		const [trace, out] = [args.text("trace"), args.text("out")];
		if (trace !== undefined && backend !== "cpu")
			throw new InvalidInput(
				`--trace follows the float64 definition; --backend ${backend} has none to show. Leave --backend out.`,
			);
		const traced = trace === undefined ? null : jsonPrinter(out, io);
		const { print, finish } = creditPrinter(out, io);
		const keepGoing = args.flag("keep-going");
		const lines = rewarded(await loadRollouts(io, path, keepGoing), path, keepGoing, io);
		const { batches, warnings } = batchesOf(lines);
		for (const warning of warnings) io.note(`ascribe: ${warning}`);
		if (traced) {
			traced.print(explain(trace!, lines, batches, method, params, signals));
			return traced.finish();
		}
		const output: CreditRow[] = new Array(lines.length);
		const noted = new Set<string>();
		const ready = batches.map((step): Annotated => {
			const { batch, cost, plan } = annotateFor(method, params, step.batch, {}, signals);
			for (const signal of plan) noted.add(howComputed(signal));
			return { ...step, batch, cost };
		});
		for (const note of noted) io.note(`ascribe: ${note}`);
		const credits = { cpu: onCpu, gpu: onGpu, wasm: inWasm }[backend];
		for await (const { credit, batch, lines: at } of credits(method, params, ready))
			at.forEach((line, b) => {
				output[line] = report(batch, credit, b, lines[line]!.record.group ?? null, preset);
			});
		output.forEach(print);
		await finish();
	},
};

/**
 * Rollouts, with the names of the groups they are compared in.
 * @param keepGoing leaves a reward that is missing unknown; otherwise the first ends the work.
 * @throws InvalidInput for a file without any reward, and for a rollout without one.
 */
function rewarded({ importers, lines }: ImportedFile, path: string, keepGoing: boolean, io: Io): RolloutLine[] {
	const grouped = withGroups(lines.map(({ record }) => record));
	const unpaid = lines.filter(({ record }) => typeof record.reward !== "number" && !record.rewards);
	const [first] = unpaid;
	const none = unpaid.length === lines.length;
	const rest = none
		? `No rollout here has one (${importers.map(({ title }) => title).join(", ")}). \`ascribe import ${path} --out FILE.jsonl\` writes rollouts to which a "reward" can be added.`
		: "--keep-going leaves its group without credit.";
	if (first && (none || !keepGoing))
		throw new InvalidInput(
			`${first.where}: there is neither reward nor rewards that is a number; credit needs one of them. ${rest}`,
		);
	if (first)
		io.note(
			`ascribe: ${first.where}: ${plural(unpaid.length, "rollout")} without a reward; credit stays unknown where it depends on that.`,
		);
	return lines.map((line, i) => ({ ...line, record: withReward(grouped[i]!, Number.NaN) }));
}

/** Rollouts with what the method reads, and what that cost. */
type Annotated = StepBatch & Pick<CreditResult, "cost">;
type Credited = StepBatch & { readonly credit: CreditResult };
type Params = Readonly<Record<string, unknown>>;

async function* onCpu(method: Creditor, params: Params, steps: readonly Annotated[]): AsyncGenerator<Credited> {
	for (const { cost, ...step } of steps) yield { ...step, credit: { ...creditBy(method, params, step.batch), cost } };
}

async function* inWasm(method: Creditor, params: Params, steps: readonly Annotated[]): AsyncGenerator<Credited> {
	const { openWasmOps } = await import("../wasm/wasmOps");
	const opsOf = await openWasmOps();
	for (const { cost, ...step } of steps) {
		const credit = creditBy(method, params, step.batch, opsOf(step.batch));
		yield { ...step, credit: { ...credit, cost } };
	}
}

/** One device for all batches. @throws InvalidInput without an adapter. */
async function* onGpu(method: Creditor, params: Params, steps: readonly Annotated[]): AsyncGenerator<Credited> {
	const { device, software } = await openDevice(await nodeGpu());
	try {
		const compiler = new DispatchCompiler(device);
		const lanes = CREDIT_LANES[software ? "software" : "hardware"];
		for (const { cost, ...step } of steps)
			yield { ...step, credit: { ...(await gpuCredit(compiler, method, params, step.batch, { lanes })), cost } };
	} finally {
		device.destroy();
	}
}

/** What was not in the file, who computed it, and with which parameters. */
function howComputed({ provider, asked, params }: PlannedSignal): string {
	const values = Object.entries(params).map(([name, value]) => `${name}=${value}`);
	return `${needKey(asked)} is not in the file; computed by ${provider.id}${values.length > 0 ? ` (${values.join(", ")})` : ""}.`;
}

/** @throws InvalidInput for what is unknown or out of range. */
const chosenSignals = (texts: readonly string[]): SignalChoices =>
	resolveChoices(Object.fromEntries(chosenOf(texts, PROVIDERS, "signal provider")), PROVIDERS);

/** Writers in the order in which they are first named. @throws InvalidInput for what is unknown. */
const chosenRewards = (texts: readonly string[]): RewardChoice[] =>
	[...chosenOf(texts, REWARD_WRITERS, "reward writer")].map(([id, params]) => ({ id, params }));

/** Entries and their parameters from `id` or `id.name=value`. @throws InvalidInput for an unknown entry. */
function chosenOf(texts: readonly string[], entries: readonly { id: string; params: ParamTable }[], kind: string) {
	const choices = new Map<string, Record<string, unknown>>();
	for (const text of texts) {
		const [, id, name, value = ""] = /^([^.=]+)(?:\.([^=]+)=(.*))?$/.exec(text) ?? [];
		if (id === undefined) throw new InvalidInput(`The ${kind} is given as "${text}"; it must be ID or ID.NAME=VALUE.`);
		const entry = findEntry(entries, id, kind);
		const own = choices.get(id) ?? {};
		const spec = name !== undefined && Object.hasOwn(entry.params, name) ? entry.params[name] : undefined;
		choices.set(id, name === undefined ? own : { ...own, [name]: spec ? parseParam(spec, value) : value });
	}
	return choices;
}

/** @throws InvalidInput when there is no such rollout or token. */
function explain(
	target: string,
	lines: readonly RolloutLine[],
	batches: readonly StepBatch[],
	method: Creditor,
	params: Params,
	signals: SignalChoices,
) {
	const { line, token } = tracedRollout(
		target,
		lines.map(({ record }) => record),
	);
	const { batch, lines: own } = batches.find((step) => step.lines.includes(line))!;
	const annotated = annotateFor(method, params, batch, {}, signals).batch;
	const { rollout: _, ...trace } = traceOf(method, params, annotated, own.indexOf(line), token);
	return { id: lines[line]!.record.id, ...trace };
}

function report(
	batch: RolloutBatch,
	credit: CreditResult,
	b: number,
	group: string | null,
	preset: string | null,
): CreditRow {
	const row = <A extends Float64Array | Uint8Array>(data: A) =>
		Array.from(data.subarray(b * batch.T, b * batch.T + batch.lengths[b]!));
	return {
		id: batch.ids![b]!,
		group,
		method: credit.method,
		preset,
		params: credit.params,
		...(credit.rewards ? { rewards: credit.rewards } : {}),
		advantage: row(credit.advantage),
		terms: Object.fromEntries(Object.entries(credit.terms).map(([name, term]) => [name, row(term)])),
		...(credit.weights ? { weights: row(credit.weights) } : {}),
		mask: row(credit.mask),
		cost: credit.cost,
	};
}
