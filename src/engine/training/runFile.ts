import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { InvalidInput } from "../core/errors";
import { largest } from "../core/extremes";
import { readJson } from "../core/json";
import { readModelFile, writeModelFile } from "../formats/modelFile";
import type { ModelConfig } from "../model/config";
import { toFloat32 } from "../model/parameters";
import type { SignalMemory } from "../signals/sources";
import type { ExperimentSpec } from "../spec/experiment";
import { parseSpecText } from "../spec/parseSpec";
import type { Checkpoint } from "./checkpoint";
import type { ExecutorLabel, TrainState } from "./executor";

export interface FingerprintRecord {
	readonly step: number;
	readonly fingerprint: string;
}

/** What `*.ascribe.zip` holds. */
export interface RunFile {
	readonly spec: ExperimentSpec;
	readonly model: ModelConfig;
	/** The executor that the fingerprints belong to; null if none ran. */
	readonly label: ExecutorLabel | null;
	readonly fingerprints: readonly FingerprintRecord[];
	/** What happened, in order: plain JSON values. */
	readonly events: readonly unknown[];
	/** JSON lines. */
	readonly rollouts: string;
	readonly credit: string;
	readonly checkpoint: Checkpoint | null;
}

const MAX_ENTRY_BYTES = 2 ** 29;
const MOMENTS = ["first-moment", "second-moment"] as const;
const CHECKPOINT = /^checkpoints\/step-(\d+)\.safetensors$/;

/** Packs a run. Equal runs give equal bytes: entries carry no time. */
export function writeRunFile(file: RunFile): Uint8Array<ArrayBuffer> {
	const { spec, label, fingerprints } = file;
	const entries: Record<string, Uint8Array> = {
		"spec.json": json(spec),
		"fingerprints.json": json({ label, fingerprints }),
		"events.jsonl": strToU8(file.events.map((event) => `${JSON.stringify(event)}\n`).join("")),
		"rollouts.jsonl": strToU8(file.rollouts),
		"credit.jsonl": strToU8(file.credit),
		...checkpointEntries(file),
	};
	return zipSync(entries, { mtime: "1980-01-01T00:00:00", level: 6 });
}

function checkpointEntries({ spec, model, checkpoint }: RunFile): Record<string, Uint8Array> {
	if (!checkpoint) return {};
	const { step, state, reference } = checkpoint;
	const base = `checkpoints/step-${step}`;
	const metadata = { ascribe_step: String(step), ascribe_spec: JSON.stringify(spec) };
	const memory = state.memory && { signal_memory: JSON.stringify(state.memory) };
	const optimizer = { optimizer_steps: String(state.step), ...memory };
	return {
		[`${base}.safetensors`]: writeModelFile(model, state.parameters, metadata),
		[`${base}.first-moment.safetensors`]: writeModelFile(model, state.firstMoment, optimizer),
		[`${base}.second-moment.safetensors`]: writeModelFile(model, state.secondMoment, optimizer),
		...(reference ? { "checkpoints/reference.safetensors": writeModelFile(model, reference) } : {}),
	};
}

/**
 * Reads a run file; of several checkpoints the latest.
 * @param where names the file in messages.
 * @throws InvalidInput one sentence for a file that is no archive, is damaged, or lacks a part.
 */
export function readRunFile(bytes: Uint8Array, where: string): RunFile {
	const entries = unzip(bytes, where);
	const text = (name: string) => strFromU8(entry(entries, name, where));
	const spec = parseSpecText(text("spec.json"), `${where}, spec.json`);
	const prints = readJson(text("fingerprints.json"), `${where}, fingerprints.json`) as Partial<RunFile>;
	const { model, checkpoint } = readCheckpoint(entries, where);
	return {
		spec,
		model,
		label: prints.label ?? null,
		fingerprints: prints.fingerprints ?? [],
		events: lines(text("events.jsonl")).map((line, i) => readJson(line, `${where}, events.jsonl, line ${i + 1}`)),
		rollouts: text("rollouts.jsonl"),
		credit: text("credit.jsonl"),
		checkpoint,
	};
}

/**
 * The file as it was at its checkpoint: what happened after it, and that the run paused or ended, is left out. A run that goes on from here
 * tells it again.
 */
export function upToCheckpoint(file: RunFile): RunFile {
	const step = file.checkpoint?.step ?? -1;
	const ends = new Set(["paused", "finished", "failed"]);
	const before = (event: unknown) => {
		const { type, step: at, metrics } = event as { type?: string; step?: number; metrics?: { step?: number } };
		return !ends.has(type ?? "") && (metrics?.step ?? at ?? 0) <= step;
	};
	return {
		...file,
		events: file.events.filter(before),
		fingerprints: file.fingerprints.filter((print) => print.step <= step),
	};
}

/** Step of the latest checkpoint of a run file, from its directory alone; null without one. @throws InvalidInput for what is no archive. */
export function checkpointStep(bytes: Uint8Array, where: string): number | null {
	const steps: number[] = [];
	unzip(bytes, where, (name) => {
		const step = CHECKPOINT.exec(name)?.[1];
		if (step !== undefined) steps.push(Number(step));
		return false;
	});
	return steps.length > 0 ? largest(steps) : null;
}

function readCheckpoint(entries: Entries, where: string): { model: ModelConfig; checkpoint: Checkpoint } {
	const steps = Object.keys(entries).flatMap((name) => CHECKPOINT.exec(name)?.slice(1).map(Number) ?? []);
	if (steps.length === 0) throw new InvalidInput(`${where} holds no checkpoint: its run ended before the first step.`);
	const step = largest(steps);
	const base = `checkpoints/step-${step}`;
	const read = (name: string) => readModelFile(entry(entries, name, where), `${where}, ${name}`);
	const { config, parameters } = read(`${base}.safetensors`);
	const [first, second] = MOMENTS.map((moment) => read(`${base}.${moment}.safetensors`));
	const reference = "checkpoints/reference.safetensors" in entries ? read("checkpoints/reference.safetensors") : null;
	for (const other of [first!, second!, ...(reference ? [reference] : [])])
		if (other.parameters.length !== parameters.length)
			throw new InvalidInput(
				`${where}: its parameters number ${parameters.length}, but the moments or the reference ${other.parameters.length}.`,
			);
	return {
		model: config,
		checkpoint: {
			step,
			state: {
				parameters: toFloat32(parameters),
				firstMoment: toFloat32(first!.parameters),
				secondMoment: toFloat32(second!.parameters),
				step: optimizerSteps(first!.metadata.optimizer_steps, where),
				...signalMemory(first!.metadata.signal_memory, where),
			},
			reference: reference && toFloat32(reference.parameters),
		},
	};
}

function optimizerSteps(text: string | undefined, where: string): number {
	if (text !== undefined && /^\d{1,15}$/.test(text)) return Number(text);
	throw new InvalidInput(`${where}: the moments do not say how many optimiser steps they saw.`);
}

/** What signals kept, where they kept something. */
function signalMemory(text: string | undefined, where: string): Pick<TrainState, "memory"> {
	if (text === undefined) return {};
	const memory = readJson(text, `${where}, what signals keep,`);
	const isMemory = memory !== null && typeof memory === "object" && Object.values(memory).every(Number.isFinite);
	if (!isMemory) throw new InvalidInput(`${where}: what signals keep must be a finite number for each provider.`);
	return { memory: memory as SignalMemory };
}

type Entries = Readonly<Record<string, Uint8Array>>;

function unzip(bytes: Uint8Array, where: string, wanted: (name: string) => boolean = () => true): Entries {
	const filter = ({ name, originalSize }: { name: string; originalSize: number }) => {
		if (originalSize > MAX_ENTRY_BYTES)
			throw new InvalidInput(`${where}, ${name}: ${originalSize} bytes are more than a run file may hold.`);
		return wanted(name);
	};
	try {
		return unzipSync(bytes, { filter });
	} catch (cause) {
		if (cause instanceof InvalidInput) throw cause;
		throw new InvalidInput(`${where} is no run file, or it is damaged: it cannot be unpacked.`, { cause });
	}
}

function entry(entries: Entries, name: string, where: string): Uint8Array {
	const bytes = Object.hasOwn(entries, name) ? entries[name] : undefined;
	if (!bytes) throw new InvalidInput(`${where} is no complete run file: it lacks ${name}.`);
	return bytes;
}

const lines = (text: string) => text.split("\n").filter((line) => line !== "");
const json = (value: unknown) => strToU8(`${JSON.stringify(value, null, 2)}\n`);
