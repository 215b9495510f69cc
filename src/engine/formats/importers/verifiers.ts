import type { NumberRow } from "../record";
import { fromMessages, messagesText, said } from "./chat";
import {
	expand,
	Fields,
	has,
	type Importer,
	isRow,
	objectsIn,
	present,
	type Row,
	remains,
	rest,
	without,
} from "./importer";
import { joined, type Piece, wordsOf } from "./pieces";

/** @param withIds whether any node of its trace has token ids: evaluations write empty lists of them. */
function pieceOf(node: Fields, withIds: boolean): Piece {
	const message = node.has("message") ? said(node.object("message").row) : undefined;
	const sampled = node.row.sampled === true;
	const own = { said: message ? [message] : [], actor: sampled ? "policy" : (message?.role ?? "unknown") };
	const written = sampled ? 1 : 0;
	if (!withIds || !node.has("token_ids")) return { ...own, ids: undefined, mask: wordsOf(own).map(() => written) };
	const ids = node.ids("token_ids");
	const mask = node.has("mask") ? node.mask("mask") : ids.map(() => written);
	node.sameLength(ids.length, { mask });
	return {
		...own,
		ids,
		mask,
		logprobs: compact(node, "logprobs", mask),
		refLogprobs: compact(node, "reference_logprobs", mask),
		advantages: compact(node, "advantages", mask),
	};
}

/** Log-probabilities and advantages have one entry for each true entry of the mask; an empty list says that nobody knows them. */
function compact(node: Fields, name: string, mask: readonly number[]): NumberRow | undefined {
	const list = node.optionalNumbers(name);
	if (!list || list.length === 0) return undefined;
	const counted = mask.reduce((sum, m) => sum + m, 0);
	node.sameLength(counted, { [name]: list });
	return expand(list, mask);
}

const hasIds = (node: Fields): boolean => Array.isArray(node.row.token_ids) && node.row.token_ids.length > 0;

/** Fields of a node that a rollout has a place for. */
const NODE = ["parent", "message", "sampled", "token_ids", "mask", "logprobs", "reference_logprobs", "advantages"];

/** Root-to-leaf paths of the node tree: each is a rollout. */
function branches(nodes: readonly Fields[]): number[][] {
	const parents = nodes.map((node) => node.optionalNumber("parent") ?? -1);
	const inner = new Set(parents);
	return nodes.flatMap((_, leaf) => {
		if (inner.has(leaf)) return [];
		const path = [leaf];
		for (let at = parents[leaf]!; at >= 0 && path.length <= nodes.length; at = parents[at]!) path.unshift(at);
		return [path];
	});
}

/**
 * verifiers v1 and prime-rl `traces.jsonl`: one episode a line, each trace a tree of messages with token arrays; until version 0.2 a line was
 * one trace. Traces of a group are compared as prime-rl does, those of agents that are not trained (judges, simulated users) apart from the
 * others. Without a group the task is one.
 */
export const verifiersTraces: Importer = {
	id: "verifiersTraces",
	title: "verifiers v1 or prime-rl traces",
	about:
		"traces.jsonl of verifiers v1 and prime-rl: messages as a tree, with token ids, log-probabilities and advantages.",
	keys: ["traces"],
	detect: (row) =>
		isTrace(row) ||
		(Array.isArray(row.traces) && row.traces.some((trace) => isRow(trace) && Array.isArray(trace.nodes))),
	convert(row, origin) {
		const alone = !has(row, "traces");
		const traces = alone ? [new Fields(row, origin)] : new Fields(row, origin).objects("traces");
		const id = textOf(row.id) ?? `${origin.file}:${origin.line}`;
		const outside = alone ? {} : rest(row, "id", "group", "traces");
		return traces.flatMap((trace, i) => {
			const named = textIn(row.group, "id") ?? taskOf(trace.row.task) ?? taskOf(row.task);
			const run = isRow(trace.row.run) ? trace.row.run : row.run;
			const name = [id, ...(i > 0 ? [i] : [])].join("/");
			const facts = present({ group: groupOf(named, trace.row.agent), step: stepOf(run) });
			return branchesOf(trace).map((branch, j, all) => ({
				...outside,
				...branch,
				schema: "ascribe.rollout/1" as const,
				id: all.length > 1 ? `${name}/${j}` : name,
				...facts,
			}));
		});
	},
};

/** A line of older files. */
const isTrace = ({ nodes }: Row): boolean => objectsIn(nodes).some((node) => isRow(node.message));

/** Each way through a trace as a rollout, without what the episode knows of it. */
function branchesOf(trace: Fields) {
	const nodes = trace.objects("nodes");
	const withIds = nodes.some(hasIds);
	const pieces = nodes.map((node) => pieceOf(node, withIds));
	const { reward, dims } = weightedReward(trace);
	return branches(nodes).map((path) => {
		const onPath = path.map((at) => pieces[at]!);
		const first = Math.max(
			0,
			onPath.findIndex((p) => p.actor === "policy"),
		);
		const { advantages, ...parts } = joined(onPath.slice(0, first), onPath.slice(first));
		return {
			...present({
				trace: remains(without(trace.row, "nodes")),
				nodes: remains(path.map((at) => without(nodes[at]!.row, ...NODE))),
			}),
			...parts,
			reward,
			...present({ dims, done: endOf(trace.row, path), advantages: advantages && { "prime-rl": advantages } }),
		};
	});
}

const textOf = (value: unknown) => (typeof value === "string" ? value : undefined);
const textIn = (value: unknown, name: string) => (isRow(value) ? textOf(value[name]) : undefined);
const taskOf = (task: unknown) => textIn(task, "key") ?? textIn(task, "hash");

function groupOf(name: string | undefined, agent: unknown): string | undefined {
	if (name === undefined || !isRow(agent) || agent.trainable !== false) return name;
	return `${name}/${textOf(agent.name) ?? "agent"}`;
}

/** Older runs name the step themselves, newer ones in what they worked on. */
function stepOf(run: unknown): number | undefined {
	if (!isRow(run)) return undefined;
	const step = isRow(run.work) ? run.work.step : run.step;
	return typeof step === "number" ? step : undefined;
}

/** By its reason, else by why the last model call on the path stopped. */
function endOf({ stop_condition, calls }: Row, path: readonly number[]): "limit" | "end" | undefined {
	const called = objectsIn(calls).filter(({ node, error }) => path.includes(Number(node)) && !isRow(error));
	const last = called.at(-1)?.finish_reason;
	return last === "length" ? "limit" : (doneOf(stop_condition) ?? (typeof last === "string" ? "end" : undefined));
}

/** Null where nothing was scored. Parts are numbers that are weighted already, or a score with its weight; null where scoring did not run. */
function weightedReward(trace: Fields): { reward: number | null; dims: Record<string, number> | undefined } {
	const rewards = trace.has("rewards") ? trace.object("rewards") : undefined;
	const names = rewards ? Object.keys(rewards.row).filter((name) => rewards.has(name)) : [];
	if (!rewards || names.length === 0) return { reward: null, dims: undefined };
	const dims: Record<string, number> = {};
	let total: number | null = 0;
	for (const name of names) {
		const part = isRow(rewards.row[name]) ? rewards.object(name) : undefined;
		const score = part ? part.known("score") : rewards.known(name);
		if (score !== null) dims[name] = score;
		total = total === null || score === null ? null : total + score * (part?.optionalNumber("weight") ?? 1);
	}
	return { reward: total, dims };
}

const doneOf = (stop: unknown): "limit" | "end" | undefined =>
	typeof stop !== "string" ? undefined : /length|max|limit|truncat/i.test(stop) ? "limit" : "end";

/** Older verifiers `results.jsonl`: one rollout a line; token arrays only if the trajectory was kept. */
export const verifiersResults: Importer = {
	id: "verifiersResults",
	title: "verifiers results",
	about:
		"results.jsonl of vf-eval: prompt, completion and reward; token arrays and step advantages if the trajectory was kept.",
	keys: ["example_id", "completion", "reward"],
	detect: (row) => has(row, "example_id", "completion", "reward"),
	convert(row, origin) {
		const f = new Fields(row, origin);
		const steps = f.has("trajectory") ? f.objects("trajectory").filter((step) => step.has("tokens")) : [];
		const base = {
			...rest(row, "example_id", "prompt", "completion", "reward", "trajectory"),
			schema: "ascribe.rollout/1" as const,
			id: `${String(row.example_id)}/${origin.line}`,
			group: String(row.example_id),
			reward: f.reward("reward"),
			...present({ done: row.is_truncated === true ? ("limit" as const) : doneOf(row.stop_condition) }),
		};
		if (steps.length > 0) return [{ ...base, ...fromTrajectory(steps, row) }];
		// A rollout that failed before the model answered.
		const answer = f.has("completion") ? row.completion : [];
		return [{ ...base, prompt: messagesText(row.prompt), ...fromMessages(answer, f) }];
	},
};

/** Steps share their history: what a step's prompt adds to the one before is the environment's reply, in tokens as in messages. */
function fromTrajectory(steps: readonly Fields[], row: Row) {
	const before: Piece[] = [];
	const after: Piece[] = [];
	let seen = { tokens: 0, messages: 0 };
	// Older files keep the chat of the whole rollout alone: what follows a step's own message is the reply to it.
	const whole = [...objectsIn(row.prompt), ...objectsIn(row.completion)];
	for (const [i, step] of steps.entries()) {
		const own = objectsIn(step.row.completion);
		const history = step.has("prompt") ? objectsIn(step.row.prompt) : whole.slice(0, spokenBefore(whole, i));
		const answer = own.length > 0 ? own : whole.slice(history.length, history.length + 1);
		const policy = policyPiece(step, answer);
		const promptIds = step.object("tokens").ids("prompt_ids");
		const reply = replyPiece(promptIds.slice(seen.tokens), history.slice(seen.messages));
		if (i === 0) before.push(reply);
		else after.push(reply);
		after.push(policy);
		seen = { tokens: promptIds.length + (policy.ids?.length ?? 0), messages: history.length + answer.length };
	}
	const { advantages, ...parts } = joined(before, after);
	const trajectory = remains(steps.map((step) => without(step.row, "prompt", "completion", "response", "tokens")));
	return { ...parts, ...present({ trajectory, advantages: advantages && { verifiers: advantages } }) };
}

/** Messages of a chat before the n-th one of the policy. */
function spokenBefore(chat: readonly Row[], n: number): number {
	const own = chat.flatMap((m, at) => (m.role === "assistant" ? [at] : []));
	return own[n] ?? chat.length;
}

function policyPiece(step: Fields, messages: readonly Row[]): Piece {
	const tokens = step.object("tokens");
	const ids = tokens.ids("completion_ids");
	const mask = tokens.has("completion_mask") ? tokens.mask("completion_mask") : ids.map(() => 1);
	const logprobs = tokens.optionalNumbers("completion_logprobs");
	tokens.sameLength(ids.length, { completion_mask: mask, completion_logprobs: logprobs });
	const advantage = step.known("advantage");
	const advantages = advantage === null ? undefined : mask.map((m) => (m ? advantage : null));
	return { ids, said: messages.map(said), actor: "policy", mask, logprobs, advantages };
}

const replyPiece = (ids: readonly number[], messages: readonly Row[]): Piece => ({
	ids,
	said: messages.map(said),
	actor: "environment",
	mask: ids.map(() => 0),
});
