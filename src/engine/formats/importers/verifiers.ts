import type { NumberRow, RolloutRecord, TurnRecord } from "../record";
import { expand, Fields, has, type Importer, isRow, present, rest, words } from "./importer";

/** One message of a trace, as tokens. */
interface Piece {
	readonly tokens: readonly number[] | readonly string[];
	readonly ids: boolean;
	readonly actor: string;
	readonly mask: readonly number[];
	readonly logprobs: NumberRow | undefined;
	readonly refLogprobs: NumberRow | undefined;
	readonly advantages: NumberRow | undefined;
}

function pieceOf(node: Fields): Piece {
	const message = node.has("message") ? node.object("message") : undefined;
	const role = message?.has("role") ? message.string("role") : "unknown";
	const ids = node.has("token_ids") ? node.ids("token_ids") : undefined;
	const sampled = node.row.sampled === true;
	const tokens = ids ?? words(message?.has("content") ? contentText(message.row.content) : "");
	const mask = node.has("mask") ? node.mask("mask") : tokens.map(() => (sampled ? 1 : 0));
	node.sameLength(tokens.length, { mask });
	// Log-probabilities and advantages are compact: one entry for each true entry of the mask.
	const compact = (name: string) => {
		const list = node.optionalNumbers(name);
		return list && expand(list, mask);
	};
	return {
		tokens,
		ids: ids !== undefined,
		actor: sampled ? "policy" : role,
		mask,
		logprobs: compact("logprobs"),
		refLogprobs: compact("reference_logprobs"),
		advantages: compact("advantages"),
	};
}

function contentText(content: unknown): string {
	if (typeof content === "string") return content;
	if (!Array.isArray(content)) return "";
	return content.map((part) => (isRow(part) && typeof part.text === "string" ? part.text : "")).join("");
}

/** Joins pieces after the prompt; what no piece knows stays absent, what some know is null elsewhere. */
function joined(pieces: readonly Piece[]) {
	const ids = pieces.every((p) => p.ids);
	const channel = (pick: (p: Piece) => NumberRow | undefined): NumberRow | undefined =>
		pieces.some(pick) ? pieces.flatMap((p) => pick(p) ?? p.tokens.map(() => null)) : undefined;
	const turns: TurnRecord[] = [];
	let at = 0;
	for (const p of pieces) {
		turns.push({ start: at, end: at + p.tokens.length, actor: p.actor });
		at += p.tokens.length;
	}
	return {
		tokens: pieces.flatMap((p): (number | string)[] => (ids ? [...p.tokens] : p.tokens.map(String))) as
			| number[]
			| string[],
		mask: pieces.flatMap((p) => p.mask),
		turns,
		...present({
			logprobs: channel((p) => p.logprobs),
			ref_logprobs: channel((p) => p.refLogprobs),
			advantages: channel((p) => p.advantages),
		}),
	};
}

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
			return paths.map((path, j): RolloutRecord => {
				const onPath = path.map((at) => pieces[at]!);
				const first = Math.max(
					0,
					onPath.findIndex((p) => p.actor === "policy"),
				);
				const { advantages, ...after } = joined(onPath.slice(first));
				const before = joined(onPath.slice(0, first));
				const { reward, dims } = weightedReward(trace);
				return {
					schema: "ascribe.rollout/1",
					id: [id, ...(i > 0 ? [i] : []), ...(paths.length > 1 ? [j] : [])].join("/"),
					prompt: before.tokens.every((t) => typeof t === "number")
						? (before.tokens as number[])
						: before.tokens.join(""),
					...after,
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
			reward: f.known("reward"),
			...present({ done: row.is_truncated === true ? ("limit" as const) : doneOf(row.stop_condition) }),
		};
		if (steps.length > 0) return [{ ...base, ...fromTrajectory(steps) }];
		const { tokens, mask, turns } = fromMessages(row.completion, f);
		return [{ ...base, prompt: messagesText(row.prompt), tokens, mask, turns }];
	},
};

/** Steps share their history: what a step's prompt adds to the one before is the environment's reply. */
function fromTrajectory(steps: readonly Fields[]) {
	const pieces: Piece[] = [];
	let seen = 0;
	let prompt: number[] = [];
	for (const step of steps) {
		const tokens = step.object("tokens");
		const promptIds = tokens.ids("prompt_ids");
		const ids = tokens.ids("completion_ids");
		const mask = tokens.has("completion_mask") ? tokens.mask("completion_mask") : ids.map(() => 1);
		const logprobs = tokens.optionalNumbers("completion_logprobs");
		tokens.sameLength(ids.length, { completion_mask: mask, completion_logprobs: logprobs });
		if (seen === 0) prompt = promptIds;
		else pieces.push(reply(promptIds.slice(seen)));
		const advantage = step.known("advantage");
		const advantages = advantage === null ? undefined : mask.map((m) => (m ? advantage : null));
		pieces.push({ tokens: ids, ids: true, actor: "policy", mask, logprobs, refLogprobs: undefined, advantages });
		seen = promptIds.length + ids.length;
	}
	const { advantages, ...all } = joined(pieces);
	return { prompt, ...all, ...present({ advantages: advantages && { verifiers: advantages } }) };
}

const reply = (ids: readonly number[]): Piece => ({
	tokens: ids,
	ids: true,
	actor: "environment",
	mask: ids.map(() => 0),
	logprobs: undefined,
	refLogprobs: undefined,
	advantages: undefined,
});

/** A chat as words: assistant text is the policy's, everything else is not. */
export function fromMessages(value: unknown, f: Fields) {
	if (typeof value === "string") {
		const tokens = words(value);
		return { tokens, mask: tokens.map(() => 1), turns: [{ start: 0, end: tokens.length, actor: "policy" }] };
	}
	const messages = Array.isArray(value) && value.every(isRow) ? value : f.objects("completion").map((m) => m.row);
	const pieces = messages.map((m): Piece => {
		const actor = m.role === "assistant" ? "policy" : typeof m.role === "string" ? m.role : "unknown";
		const tokens = words(messageText(m));
		const mask = tokens.map(() => (actor === "policy" ? 1 : 0));
		return { tokens, ids: false, actor, mask, logprobs: undefined, refLogprobs: undefined, advantages: undefined };
	});
	const { tokens, mask, turns } = joined(pieces);
	return { tokens: tokens.map(String), mask, turns };
}

/** Text of a message, its tool calls included as `name(arguments)`. */
export function messageText(message: Readonly<Record<string, unknown>>): string {
	const calls = Array.isArray(message.tool_calls) ? message.tool_calls.filter(isRow) : [];
	const called = calls.map((call) => {
		const f = isRow(call.function) ? call.function : call;
		return ` ${String(f.name ?? "tool")}(${typeof f.arguments === "string" ? f.arguments : JSON.stringify(f.arguments ?? {})})`;
	});
	return contentText(message.content) + called.join("");
}

export function messagesText(value: unknown): string {
	if (typeof value === "string") return value;
	return Array.isArray(value) ? value.filter(isRow).map(messageText).join("\n") : "";
}
