import type { ParamTable, ParamValues } from "../spec/params";

/** Token ids with printable names. Every task brings its own, of 11 to 72 tokens. */
export interface Vocabulary {
	/** Printable name of each id; unique. */
	readonly tokens: readonly string[];
	/** Role of each id for colours and labels: text the policy writes, tool or environment words, structure. */
	readonly kinds?: readonly ("text" | "plan" | "action" | "environment" | "structure")[];
}

export type Split = "train" | "val" | "test";

export interface TaskItem {
	/** Canonical text of the prompt; two items with the same id are the same item. */
	readonly id: string;
	readonly prompt: readonly number[];
	/** What verifier and environment need to know and the policy may not see. Plain data. */
	readonly data: unknown;
}

/** Who acts in a state. States are plain immutable values, so `snapshot` is keeping one and `restore` is using it. */
export type Turn =
	| { readonly actor: "policy"; readonly legal: readonly number[] }
	| {
			readonly actor: "environment";
			readonly outcomes: readonly { readonly token: number; readonly probability: number }[];
	  }
	| { readonly actor: "done" };

export interface Transition<S> {
	readonly state: S;
	/** Paid for this token. */
	readonly reward: number;
}

/**
 * The task as a transition system over tokens. Deterministic given (state, token); chance enters only through the
 * outcomes of environment turns. An environment turn with one outcome is a forced token.
 */
export interface Environment<S> {
	start(item: TaskItem): S;
	turn(state: S): Turn;
	step(state: S, token: number): Transition<S>;
	/**
	 * Equal keys mean equal futures (turns, rewards, outcomes), whatever the prompt or history: the identity under which
	 * states are tabulated for the GPU and merged by dynamic programming.
	 */
	key(state: S): string;
	/** What the policy can be said to observe here, for anchor groups (GiGPO); null where no step starts. */
	anchor?(state: S): string | null;
	/**
	 * Whether a done state is a success; must agree with `Task.success` and be told apart by `key`. Absent: the last
	 * transition paid more than nothing.
	 */
	succeeded?(state: S): boolean;
	/**
	 * What is written next where an answer is asked for at once: a possible token of whoever acts, one after another until this is null,
	 * where the answer begins or is given. Absent: the task cannot be answered early.
	 */
	conclude?(state: S): number | null;
	/** The expected return from here on if it no longer depends on the policy's choices, else null. */
	decided?(state: S): number | null;
}

/**
 * A stretch of the policy's own tokens that belong together: a plan, a column of a sum, a call, a rank. Half-open, counted
 * from the first token after the prompt. Its reward and label annotate; they are never added to the return.
 */
export interface ResponseStep {
	readonly start: number;
	readonly end: number;
	/** What a process reward pays for the step, in units of the return. */
	readonly reward?: number;
	/** +1 right, −1 wrong, 0 irrelevant. */
	readonly label?: number;
}

/** What a judge says of one token. */
export interface Verdict<J> {
	readonly state: J;
	/** Whether a step begins with the token, goes on with it, or has nothing to do with it. */
	readonly step: "begins" | "goes on" | "none";
	/** +1 right, −1 wrong, 0 irrelevant, of the step that began last; the smallest label said of a step is its own. */
	readonly label?: number;
	/** What a process reward pays for the step that began last; said together with its only label. */
	readonly reward?: number;
}

/** Reads a response token by token and says where steps begin and how good they are: `Task.steps` as an automaton. */
export interface Judge<J> {
	start(item: TaskItem): J;
	read(state: J, token: number): Verdict<J>;
	/** Equal keys mean equal verdicts on whatever follows. */
	key(state: J): string;
}

/** Rollouts that another policy wrote, and which of two was preferred. Entry i is a pure function of (task, parameters, i). */
export interface OfflineLog {
	readonly rollouts: number;
	readonly pairs: number;
	rollout(index: number): LoggedRollout;
	pair(index: number): PreferencePair;
}
export interface LoggedRollout {
	readonly item: TaskItem;
	readonly response: readonly number[];
	/** The whole return. */
	readonly reward: number;
}
export interface PreferencePair {
	readonly chosen: LoggedRollout;
	readonly rejected: LoggedRollout;
	/** Leading tokens that the two share on purpose; 0 for two rollouts that only have the prompt in common. */
	readonly shared: number;
}

export interface Task {
	readonly id: string;
	readonly params: Readonly<Record<string, unknown>>;
	readonly vocab: Vocabulary;
	/** Longest prompt, and longest response with environment tokens included. Both are tight upper bounds. */
	readonly maxPromptLength: number;
	readonly maxResponseLength: number;
	/** "disjoint": splits never overlap. "shared": train = val = test on purpose (few prompts; measures credit, not generalisation). */
	readonly splits: "disjoint" | "shared";
	/** Number of distinct prompts, or Infinity. */
	readonly promptCount: number;
	/** Item i of a split: a pure function of (task, params, split, index). */
	item(split: Split, index: number): TaskItem;
	readonly env: Environment<unknown>;
	/** False where equal futures are too rare for a table of states: the task is then played in turns, which costs a readback each. Default true. */
	readonly tabulable?: boolean;
	/** Success of a finished rollout, for curves and thresholds. */
	success(item: TaskItem, response: readonly number[], reward: number): boolean;
	/** A demonstration for warm starts: response tokens, environment replies included; from `rng` where several exist. */
	demonstration(item: TaskItem, random: () => number): number[];
	/**
	 * Expected return of the best policy and of the policy that draws legal tokens uniformly, over the prompts; where it differs
	 * between too many prompts to ask them all, over the first 256 of the training split. Null where not known.
	 */
	readonly optimalReturn: number | null;
	readonly randomReturn: number | null;
	/** Largest minus smallest reachable return. */
	readonly returnRange: number;
	/** Smallest reachable return; default 0. */
	readonly lowestReturn?: number;
	/** Response positions whose tokens decide the return. */
	decisiveSteps(item: TaskItem, response: readonly number[]): number[];
	/** The steps of a response, environment tokens in none of them: what step- and turn-level methods credit. */
	steps(item: TaskItem, response: readonly number[]): readonly ResponseStep[];
	/** The same, token by token, where the task has it so: devices then find the steps without asking the host. */
	readonly judge?: Judge<unknown>;
	/**
	 * A reference solution: what the policy has to write, step by step, without environment replies and without steps that do not
	 * matter. Where several solutions exist it is one of them, the same every time.
	 */
	goldTrace?(item: TaskItem): readonly (readonly number[])[];
	/** Tokens that the prompt allows for, where prompts of the task name a budget. */
	budget?(item: TaskItem): number;
	/** Process labels per token: +1 right, −1 wrong, 0 irrelevant, NaN unlabelled; where the task offers them. */
	stepLabels?(item: TaskItem, response: readonly number[]): Float64Array;
	/** Logs of another policy, for methods that learn from logs and preferences. */
	readonly offline?: OfflineLog;
	/** Correct responses that the verifier must accept, and corruptions it must reject. */
	corruptions?(item: TaskItem, random: () => number): { readonly response: number[]; readonly why: string }[];
}

/** What is read and written, for people. Words in `code` are tokens, `{n}` repeats. */
export interface Grammar {
	readonly prompt: string;
	readonly response: string;
	/** What pays, when and how much; what counts as success. */
	readonly reward: string;
	/** What a demonstration for a warm start shows. */
	readonly demonstration: string;
}

/** A falsifiable expectation, shown by the library panel. */
export interface Expectation {
	readonly id: string;
	readonly claim: string;
	readonly falsifiedIf: string;
}

export interface TaskDefinition<P extends ParamTable = ParamTable> {
	readonly id: string;
	readonly title: string;
	/** One sentence for a student: what is observed, which action matters, when reward comes. */
	readonly summary: string;
	/** The difficulty that the task isolates. */
	readonly isolates: string;
	readonly grammar: Grammar;
	readonly source: { readonly cite: string; readonly url: string };
	readonly params: P;
	/** Named difficulty levels as differences from the defaults; "xs" can be enumerated. */
	readonly levels: Readonly<Record<string, Partial<Record<keyof P, unknown>>>>;
	readonly expectations: readonly Expectation[];
	/** Whether a policy learns it from scratch, or which success rate a warm start needs. */
	readonly warmStart: { readonly success: number } | null;
	/** @throws InvalidInput when the knobs make no task (a target out of reach, an alphabet too small). */
	build(params: ParamValues<P>): Task;
}
