import { gzipSync } from "fflate";
import { METHODS as CREDIT_METHODS } from "../../engine/credit/registry";
import { writeRecording } from "../../engine/formats/recording";
import { ORACLE_MODES } from "../../engine/oracle/oracle";
import { findPreset } from "../../engine/spec/presets";
import { findEntry } from "../../engine/spec/resolveSpec";
import { makeRecording } from "../../engine/training/makeRecording";
import { BACKENDS, openExecutor } from "../backends";
import type { Command } from "../command";
import { NODE_HOST } from "../host";

/** From one number a rollout to one a token: methods that need nothing but rollouts, and two that try again from prefixes. */
const METHODS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
	grpo: {},
	rloo: {},
	reinforcePlusPlus: {},
	tempo: {},
	spoTree: {},
	ircr: {},
	spoChain: {},
	vinePpo: { unit: "token" },
};
/** As many as VinePPO takes. */
const SAMPLES = 9;

export const recordCommand: Command = {
	name: "record",
	summary: "Trains a preset and keeps it as a recording, with exact values, that the page plays without a GPU.",
	usage: "<preset> --out FILE [options]",
	operands: ["preset"],
	options: [
		{ name: "out", value: "FILE", help: "writes there, a gzipped safetensors file" },
		{ name: "seeds", value: "N", help: "runs with seeds 1 to N, for bands (default: 3)" },
		{ name: "frames", value: "N", help: "steps whose rollouts are kept, exponentially spaced (default: 40)" },
		{ name: "groups", value: "N", help: "groups of each that are kept (default: 3)" },
		{ name: "judged", value: "N", help: "groups of each that are held against exact values (default: all)" },
		{
			name: "methods",
			value: "A,B",
			help: `methods whose credit is kept (default: ${Object.keys(METHODS).join(",")})`,
		},
		{ name: "samples", value: "K", help: `continuations behind each value (default: ${SAMPLES})` },
		{
			name: "mode",
			value: "MODE",
			help: `how exact values are found: ${ORACLE_MODES.join(", ")} (default: enumerate)`,
		},
		{ name: "backend", value: "gpu|wasm|cpu", help: "what trains (default: wasm, the same bits everywhere)" },
	],
	async run(args, io) {
		const preset = findPreset(args.operand(0));
		const backend = args.choice("backend", BACKENDS) ?? "wasm";
		const count = args.integer("seeds", { min: 1, max: 16 }) ?? 3;
		const methods = args.text("methods")?.split(",");
		for (const id of methods ?? []) findEntry(CREDIT_METHODS, id, "method");
		const out = args.required("out");
		io.writable(out);
		const recording = await makeRecording({
			preset,
			seeds: Array.from({ length: count }, (_, i) => i + 1),
			methods: methods ? Object.fromEntries(methods.map((id) => [id, METHODS[id] ?? {}])) : METHODS,
			samples: args.integer("samples", { min: 1, max: 10_000 }) ?? SAMPLES,
			frames: args.integer("frames", { min: 2, max: 64 }) ?? 40,
			judged: args.integer("judged", { min: 1, max: 1024 }) ?? preset.spec.rollout.prompts,
			groups: args.integer("groups", { min: 1, max: 32 }) ?? 3,
			mode: args.choice("mode", ORACLE_MODES) ?? "enumerate",
			createExecutor: (plan) => openExecutor(backend, plan),
			host: NODE_HOST,
			control: { cancelled: () => io.signal.aborted },
			onNote: io.progress,
		});
		io.progress("");
		const bytes = gzipSync(writeRecording(recording), { level: 9, mtime: 0 });
		io.write(out, bytes);
		io.note(`ascribe: wrote ${out}, ${recording.frames.length} frames, ${bytes.length} bytes`);
	},
};
