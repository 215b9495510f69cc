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
/** One question is open at a time; the newest wish replaces those that wait. */
let asking = false;
let wanted = false;

/** Takes the lab into use: whenever rollouts or the chosen rows change, the other methods' credit is asked for. */
export function connectLab(api: LabApi): void {
	lab = api;
	let { latest } = runStore.getState();
	let { rows } = layoutStore.getState();
	runStore.subscribe((run, before) => {
		if (run.latest !== latest) {
			latest = run.latest;
			if (latest) showProbes(latest.spec.probes);
			// Nobody looks any more at what it was asked about.
			if (asking) void api.cancelPasses();
			askLab();
		} else if (isBusy(before) && !isBusy(run)) askLab();
	});
	selectionStore.subscribe(({ hold }, before) => {
		if (hold && !before.hold) askLab();
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

function askLab(): void {
	const { latest } = runStore.getState();
	const rows = watchers > 0 ? METHODS.map((m) => m.id) : layoutStore.getState().rows;
	if (!lab || !latest || rows.length === 0) return;
	if (asking) {
		wanted = true;
		return;
	}
	asking = true;
	void answer(lab, latest, rows).finally(() => {
		asking = false;
		if (!wanted) return;
		wanted = false;
		askLab();
	});
}

const answersOn = (latest: Latest): readonly CreditAnswer[] => {
	const { beside } = runStore.getState();
	return beside?.of === latest ? beside.answers : [];
};

async function answer(api: LabApi, latest: Latest, rows: readonly string[]): Promise<void> {
	// A trainer keeps few policies: that of these rollouts is taken while it is there.
	if (close > 0 && !latest.recorded) void policyOf(latest).catch(() => undefined);
	// A recording brings answers of its own, of the whole batch that its rollouts are a part of.
	const known = answersOn(latest);
	const others = rows.filter((id) => id !== latest.credit.method && !known.some((a) => a.method === id));
	const found = [...known, ...(await ask(api, latest, others))];
	const late = found.filter((a) => !a.ok && a.readsPolicy && rows.includes(a.method) && isLookedAt(a.method));
	const reading = late.filter(({ method }) => isChosen(method) || !isBusy(runStore.getState()));
	await show(
		latest,
		replaced(
			found,
			late.map((a) => ({ ...a, ok: false, reason: reading.includes(a) ? READING : RESTING })),
		),
	);
	if (reading.length === 0 || runStore.getState().latest !== latest) return;
	const read = await askWithPolicy(
		api,
		latest,
		reading.map(({ method }) => method),
	);
	await show(latest, replaced(answersOn(latest), read));
}

const READING = "Its signals come from the policy that wrote these rollouts, which is being read.";
const RESTING =
	"Its signals come from the policy that wrote these rollouts, which is read once the run rests or they are held.";

const isChosen = (method: string): boolean => layoutStore.getState().rows.includes(method);
const isLookedAt = (method: string): boolean => close > 0 || isChosen(method);

/** Answers with newer ones in the place of those of the same methods. */
const replaced = (answers: readonly CreditAnswer[], newer: readonly CreditAnswer[]): CreditAnswer[] =>
	answers.map((a) => newer.find((n) => n.method === a.method) ?? a);

/** Resolves when the answers are on screen, because the next question asks for whatever is still missing there; those to other rollouts are dropped. */
function show(latest: Latest, answers: readonly CreditAnswer[]): Promise<void> {
	return new Promise((resolve) => {
		const put = () => {
			if (runStore.getState().latest === latest) setBeside(latest, answers);
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

/** As `ask`, with the policy; where that cannot be had they are asked again at the next occasion. */
async function askWithPolicy(api: LabApi, latest: Latest, methods: readonly string[]): Promise<CreditAnswer[]> {
	try {
		const parameters = await policyAtHand(latest);
		return await api.credit(latest.spec, latest.batch, methods, parameters);
	} catch (error) {
		const reason = messageOf(error);
		return methods.map((method) => ({ method, ok: false, reason, readsPolicy: true }));
	}
}
