import type { RolloutRecord } from "../record";
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

function pieceOf(node: Fields): Piece {
	const message = node.has("message") ? said(node.object("message").row) : undefined;
	const sampled = node.row.sampled === true;
	const own = { said: message ? [message] : [], actor: sampled ? "policy" : (message?.role ?? "unknown") };
	const written = sampled ? 1 : 0;
	if (!node.has("token_ids")) return { ...own, ids: undefined, mask: wordsOf(own).map(() => written) };
	const ids = node.ids("token_ids");
	const mask = node.has("mask") ? node.mask("mask") : ids.map(() => written);
	node.sameLength(ids.length, { mask });
	// Log-probabilities and advantages are compact: one entry for each true entry of the mask.
	const compact = (name: string) => {
		const list = node.optionalNumbers(name);
		return list && expand(list, mask);
	};
	return {
		...own,
		ids,
		mask,
		logprobs: compact("logprobs"),
		refLogprobs: compact("reference_logprobs"),
		advantages: compact("advantages"),
	};
}

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

/** verifiers v1 and prime-rl `traces.jsonl`: one episode a line, each trace a tree of messages with token arrays. */
export const verifiersTraces: Importer = {
	id: "verifiersTraces",
	title: "verifiers v1 or prime-rl traces",
	about:
		"traces.jsonl of verifiers v1 and prime-rl: messages as a tree, with token ids, log-probabilities and advantages.",
	keys: ["traces"],
	detect: (row) => Array.isArray(row.traces) && row.traces.some((trace) => isRow(trace) && Array.isArray(trace.nodes)),
	convert(row, origin) {
		const episode = new Fields(row, origin);
		const group = isRow(row.group) && typeof row.group.id === "string" ? row.group.id : undefined;
		const work = isRow(row.run) && isRow(row.run.work) ? row.run.work.step : undefined;
		const id = typeof row.id === "string" ? row.id : `${origin.file}:${origin.line}`;
		return episode.objects("traces").flatMap((trace, i) => {
			const nodes = trace.objects("nodes");
			const pieces = nodes.map(pieceOf);
			const paths = branches(nodes);
			const { reward, dims } = weightedReward(trace);
			return paths.map((path, j): RolloutRecord => {
				const onPath = path.map((at) => pieces[at]!);
				const first = Math.max(
					0,
					onPath.findIndex((p) => p.actor === "policy"),
				);
				const { advantages, ...parts } = joined(onPath.slice(0, first), onPath.slice(first));
				return {
					...rest(row, "id", "group", "traces"),
					...present({
						trace: remains(without(trace.row, "nodes")),
						nodes: remains(path.map((at) => without(nodes[at]!.row, ...NODE))),
					}),
					schema: "ascribe.rollout/1",
					id: [id, ...(i > 0 ? [i] : []), ...(paths.length > 1 ? [j] : [])].join("/"),
					...parts,
					reward,
					...present({
						group,
						dims,
						step: typeof work === "number" ? work : undefined,
						done: doneOf(trace.row.stop_condition),
						advantages: advantages && { "prime-rl": advantages },
					}),
				};
			});
		});
	},
};

function weightedReward(trace: Fields): { reward: number | null; dims: Record<string, number> | undefined } {
	if (!trace.has("rewards")) return { reward: null, dims: undefined };
	const rewards = trace.object("rewards");
	const dims: Record<string, number> = {};
	let total: number | null = 0;
	for (const name of Object.keys(rewards.row)) {
		const part = rewards.object(name);
		const score = part.known("score");
		if (score !== null) dims[name] = score;
		total = total === null || score === null ? null : total + score * (part.optionalNumber("weight") ?? 1);
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
		return [{ ...base, prompt: messagesText(row.prompt), ...fromMessages(row.completion, f) }];
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
