import { messageOf } from "../engine/core/errors";
import type { Trace } from "../engine/credit/traceOps";
import type { TokenEdit } from "../engine/rollouts/editBatch";
import type { RolloutTree } from "../engine/rollouts/rolloutTree";
import type { AttentionAnswer, BranchAnswer, CreditAnswer, EditAnswer, LabApi, TreeQuestion } from "../workers/labApi";
import { OURS_ROW } from "./comparison";
import { policyOf } from "./exact";
import { pictures } from "./pictures";
import { findEntry, METHODS } from "./registries";
import { layoutStore } from "./stores/layout";
import { type Latest, type Run, runStore, setBeside } from "./stores/run";
import { selectionStore } from "./stores/selection";

let lab: LabApi | null = null;

/** Takes the lab into use: whenever rollouts or the chosen rows change, the other methods' credit is asked for. */
export function connectLab(api: LabApi): void {
	lab = api;
	let { latest } = runStore.getState();
	let { rows } = layoutStore.getState();
	runStore.subscribe((run, before) => {
		if (run.latest !== latest) {
			latest = run.latest;
			if (latest) showProbes(latest.spec.probes);
			// Nobody looks any more at what they were for.
			if (passes) void api.cancelPasses();
			askLab();
		} else if (isBusy(before) && !isBusy(run)) askPolicy();
	});
	selectionStore.subscribe(({ hold }, before) => {
		if (hold && !before.hold) askPolicy();
	});
	layoutStore.subscribe((layout) => {
		if (layout.rows !== rows) {
			rows = layout.rows;
			askLab();
		}
	});
}

let probed = "";

/** Rows of the methods that an experiment wants beside its own, once for each list of them: who takes a row away keeps it away. */
function showProbes(probes: readonly string[]): void {
	const names = probes.join(" ");
	if (names === probed) return;
	probed = names;
	layoutStore.setState(({ rows }) => ({ rows: [...new Set([...rows, ...probes])] }));
}

/** Why a method gave a token its credit; null without a lab. Rejects with one sentence, also for credit that only its file can explain. */
export function askWhy(latest: Latest, method: string, rollout: number, token: number): Promise<Trace> | null {
	const { batch, credit, ours } = latest;
	const isOurs = method === OURS_ROW && ours !== undefined;
	const unknown = isOurs ? "" : unknownWay(latest, method);
	if (unknown) return Promise.reject(new Error(unknown));
	// Beside the one that trained, methods stand at their defaults.
	const choice = isOurs
		? choiceOf(ours.credit)
		: method === credit.method
			? choiceOf(credit)
			: { id: method, params: {} };
	if (!lab) return null;
	const answer = answersOn(latest).find((a) => a.method === method);
	if (!answer?.ok || !answer.readsPolicy) return lab.trace(batch, choice, rollout, token);
	const { spec } = latest;
	return policyAtHand(latest).then((parameters) => theLab().trace(batch, choice, rollout, token, { spec, parameters }));
}

/** What to say of credit whose arithmetic nobody here knows; empty where it is known. A file may name a method of ours, but not its options. */
function unknownWay({ credit, ours }: Latest, method: string): string {
	if (method === credit.method && credit.terms.theirs) {
		const given = "The file gives this number and not how it was made.";
		return ours ? `${given} The row “ours: ${ours.name}” has the arithmetic of ours.` : given;
	}
	return findEntry(METHODS, method) ? "" : `This page does not have the method “${method}”, nor its arithmetic.`;
}

/** The rollouts with one token paid otherwise; null without a lab. Rejects with one sentence. */
export function askEdit({ spec, batch, credit }: Latest, edit: TokenEdit): Promise<EditAnswer> | null {
	if (!findEntry(METHODS, credit.method))
		return Promise.reject(
			new Error("How this credit was made is not known here, so nor is what other rewards would make of it."),
		);
	return lab?.edit({ ...spec, method: choiceOf(credit) }, batch, edit) ?? null;
}

const choiceOf = ({ method, params, rewards = [] }: Latest["credit"]) => ({ id: method, params, rewards });

/** The rollouts as a tree, laid out in the worker; null without a lab. Rejects with one sentence. */
export function askTree(question: TreeQuestion): Promise<RolloutTree> | null {
	return lab?.tree(question) ?? null;
}

/** The asker of the branch that was started last. */
let branching: AbortController | null = null;

/**
 * Samples on from the first `at` tokens of a rollout, under the policy that wrote it. A branch that another asker starts ends the one under way, as if its own asker had aborted it. Rejects with one sentence.
 * @param asker ends it early, with what was found.
 */
export async function askBranch(
	latest: Latest,
	rollout: number,
	at: number,
	wish: { readonly samples: number; readonly seed: number; readonly temperature?: number },
	asker: AbortController,
	onNews: (answer: BranchAnswer) => void,
): Promise<BranchAnswer> {
	const { batch, spec } = latest;
	const { signal } = asker;
	if (branching !== asker) branching?.abort();
	branching = asker;
	const end = () => void lab?.cancelBranch();
	signal.addEventListener("abort", end);
	// News come over a channel of their own and may arrive after the answer, which they would then replace by an older state.
	let answered = false;
	const tell = (news: BranchAnswer) => {
		if (!answered) onNews(news);
	};
	try {
		const parameters = await policyAtHand(latest);
		if (signal.aborted) return { values: [], continuations: [] };
		const from = rollout * batch.T;
		const prefix = batch.tokens.slice(from, from + at);
		return await theLab().branch({ spec, parameters, prompt: promptOf(latest, rollout), prefix, ...wish }, tell);
	} finally {
		answered = true;
		signal.removeEventListener("abort", end);
	}
}

/** Attention of a rollout under the policy that wrote it. Rejects with one sentence. */
export async function askAttention(latest: Latest, rollout: number): Promise<AttentionAnswer> {
	const { batch, spec } = latest;
	const parameters = await policyAtHand(latest);
	const [from, length] = [rollout * batch.T, batch.lengths[rollout] as number];
	return theLab().attention({
		spec,
		parameters,
		prompt: promptOf(latest, rollout),
		response: batch.tokens.slice(from, from + length),
		mask: batch.actionMask.slice(from, from + length),
	});
}

function theLab(): LabApi {
	if (!lab) throw new Error("Nothing is there yet to work it out.");
	return lab;
}

async function policyAtHand(latest: Latest): Promise<Float32Array> {
	const parameters = await policyOf(latest);
	if (parameters) return parameters;
	throw new Error(
		latest.names
			? "The policy that wrote these rollouts is not at hand: a file of rollouts holds none. Open its toy twin and run it to see this."
			: "The policy that wrote these rollouts is not at hand: only a run that is on keeps it. Run it live to see this.",
	);
}

const promptOf = ({ batch: { promptTokens, promptOffsets } }: Latest, rollout: number): Int32Array =>
	promptTokens.slice(promptOffsets[rollout], promptOffsets[rollout + 1]);

/** How many look at every method, and how many of them closely. */
let watchers = 0;
let close = 0;

/**
 * Asks for every method as long as somebody looks at all of them.
 * @param look at a glance, methods that read the policy are left out: fetching and running it is worth it only for who looks closely.
 * @returns the way to stop.
 */
export function watchAllMethods(look: "glance" | "close" = "close"): () => void {
	const more = look === "close" ? 1 : 0;
	watchers++;
	close += more;
	askLab();
	return () => {
		watchers--;
		close -= more;
	};
}

/** Whether passes over the rollouts on screen would take their time from a run that replaces them soon. */
const isBusy = ({ phase }: Pick<Run, "phase">): boolean => phase === "training" && !selectionStore.getState().hold;

/** A way to ask that has one question open at a time; the newest wish replaces those that wait. `question` is null where there is nothing to ask. */
function oneAtATime(question: () => Promise<void> | null): () => void {
	let open = false;
	let wanted = false;
	const next = () => {
		if (open) {
			wanted = true;
			return;
		}
		const asked = question();
		open = asked !== null;
		void asked?.finally(() => {
			open = false;
			if (!wanted) return;
			wanted = false;
			next();
		});
	};
	return next;
}

const askLab = oneAtATime(() => {
	const { latest } = runStore.getState();
	const rows = watchers > 0 ? METHODS.map((m) => m.id) : layoutStore.getState().rows;
	return lab && latest && rows.length > 0 ? askRows(lab, latest, rows) : null;
});

async function askRows(api: LabApi, latest: Latest, rows: readonly string[]): Promise<void> {
	// A trainer keeps few policies: that of these rollouts is taken while it is there.
	if (close > 0 && !latest.recorded) void policyOf(latest).catch(() => undefined);
	// A recording brings answers of its own, of the whole batch that its rollouts are a part of.
	const isOpen = (id: string) => id !== latest.credit.method && !answersOn(latest).some((a) => a.method === id);
	const found = await ask(api, latest, rows.filter(isOpen));
	// Waits until these answers are on screen, because the next question asks for whatever is still missing there.
	await show(latest, () => [...answersOn(latest), ...found.filter(({ method }) => isOpen(method))]);
	askPolicy();
}

/** Whether the lab is making passes of a policy. */
let passes = false;
const READING = "Its signals come from the policy that wrote these rollouts, which is being read.";
const RESTING =
	"Its signals come from the policy that wrote these rollouts, which is read once the run rests or they are held.";

/** Asks those again that would answer if the policy were read, where somebody looks at them. */
const askPolicy = oneAtATime(() => {
	const { latest } = runStore.getState();
	const { rows } = layoutStore.getState();
	const late = latest
		? answersOn(latest).filter((a) => !a.ok && a.readsPolicy && (close > 0 || rows.includes(a.method)))
		: [];
	return lab && latest && late.length > 0 ? askLate(lab, latest, late) : null;
});

async function askLate(api: LabApi, latest: Latest, late: readonly CreditAnswer[]): Promise<void> {
	const { rows } = layoutStore.getState();
	const busy = isBusy(runStore.getState());
	const reading = late.filter(({ method }) => rows.includes(method) || !busy).map(({ method }) => method);
	const told = late.map((a) => ({ ...a, ok: false, reason: reading.includes(a.method) ? READING : RESTING }) as const);
	await show(latest, () => replaced(answersOn(latest), told));
	const read = await askWithPolicy(api, latest, reading);
	await show(latest, () => replaced(answersOn(latest), read));
}

function answersOn(latest: Latest): readonly CreditAnswer[] {
	const { beside } = runStore.getState();
	return beside?.of === latest ? beside.answers : [];
}

/** Answers with newer ones in the place of those of the same methods. */
const replaced = (answers: readonly CreditAnswer[], newer: readonly CreditAnswer[]): CreditAnswer[] =>
	answers.map((a) => newer.find((n) => n.method === a.method) ?? a);

/** Resolves when the answers are on screen; those to rollouts that are not there any more are dropped. */
function show(latest: Latest, answers: () => readonly CreditAnswer[]): Promise<void> {
	return new Promise((resolve) => {
		const put = () => {
			if (runStore.getState().latest === latest) setBeside(latest, answers());
			resolve();
		};
		pictures.hurry(put, put);
	});
}

async function ask(api: LabApi, { spec, batch }: Latest, methods: readonly string[]): Promise<CreditAnswer[]> {
	if (methods.length === 0) return [];
	try {
		return await api.credit(spec, batch, methods);
	} catch (error) {
		const reason = messageOf(error);
		return methods.map((method) => ({ method, ok: false, reason }));
	}
}

/** As `ask`, with the policy; where that cannot be had they are asked again at the next occasion. Nothing for rollouts that are not on screen any more. */
async function askWithPolicy(api: LabApi, latest: Latest, methods: readonly string[]): Promise<CreditAnswer[]> {
	if (methods.length === 0) return [];
	try {
		const parameters = await policyAtHand(latest);
		if (runStore.getState().latest !== latest) return [];
		passes = true;
		return await api.credit(latest.spec, latest.batch, methods, parameters);
	} catch (error) {
		const reason = messageOf(error);
		return methods.map((method) => ({ method, ok: false, reason, readsPolicy: true }));
	} finally {
		passes = false;
	}
}
