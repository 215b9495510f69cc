import type { Need } from "../credit/method";
import { needKey } from "../credit/needs";
import type { RolloutBatch } from "../rollouts/batch";
import type { ParamTable, ParamValues } from "../spec/params";
import type { Sources } from "./sources";
import type { Tabulated, TabulationContext } from "./tabulated";

/**
 * What a provider reads beyond the batch. `labels`: a task that labels tokens; `budgets`: one whose prompts name a budget; `answers`: one
 * that can be answered early; `continuations`: what the policy writes after prefixes of the batch; `critic`: a policy with a value head;
 * `memory`: the batches that were trained on before.
 */
export type Resource =
	| "task"
	| "labels"
	| "budgets"
	| "answers"
	| "policy"
	| "continuations"
	| "reference"
	| "critic"
	| "memory";

/** What one batch costs: nothing but arithmetic, a pass of the model over the rollouts, or new rollouts. */
export type ProviderCost = "arithmetic" | "forward pass" | "rollouts";

export interface Annotated {
	readonly batch: RolloutBatch;
	/** Tokens generated beyond the rollouts, and passes of the model over them. */
	readonly cost?: { readonly extraTokens: number; readonly modelCalls: number };
}

/** Computes something that credit methods read and adds it to a batch. */
export interface Provider<P extends ParamTable = ParamTable> {
	readonly id: string;
	readonly title: string;
	/** One sentence: what it gives, and from what. */
	readonly summary: string;
	/** Where the definition comes from; null where it is plain bookkeeping. */
	readonly source: { readonly cite: string; readonly url: string } | null;
	readonly cost: ProviderCost;
	readonly provides: readonly Need[];
	readonly reads: readonly Resource[];
	readonly params: P;
	/** Continuations of one prefix that it asks a policy for. */
	children?(params: ParamValues<P>): number;
	/** Softmax temperature of those continuations; 0 or absent: that of the rollouts. */
	temperature?(params: ParamValues<P>): number;
	/** What must be on the batch first, to give `asked`. */
	needs(params: ParamValues<P>, asked: Need): readonly Need[];
	/**
	 * Adds what is asked for; the batch given stays as it is.
	 * @throws InvalidInput or MissingSignal when it cannot after all.
	 */
	annotate(batch: RolloutBatch, context: AnnotationContext<ParamValues<P>>): Annotated;
	/** What it keeps of a batch that was trained on, and of what it kept before; left out, it keeps nothing. */
	remember?(batch: RolloutBatch, before: number | undefined, params: ParamValues<P>): number;
	/** The same as tables of tokens and machine states; null, or left out, where it takes more than a look-up. */
	tabulate?(asked: Need, params: ParamValues<P>, context: TabulationContext): Tabulated | null;
}

export interface AnnotationContext<V = Readonly<Record<string, unknown>>> {
	readonly asked: Need;
	readonly params: V;
	readonly sources: Sources;
}

/** A provider of any parameters: called with what its own table describes. */
export type AnyProvider = Omit<
	Provider,
	"needs" | "annotate" | "children" | "temperature" | "remember" | "tabulate"
> & {
	children?(params: Readonly<Record<string, unknown>>): number;
	temperature?(params: Readonly<Record<string, unknown>>): number;
	needs(params: Readonly<Record<string, unknown>>, asked: Need): readonly Need[];
	annotate(batch: RolloutBatch, context: AnnotationContext): Annotated;
	remember?(batch: RolloutBatch, before: number | undefined, params: Readonly<Record<string, unknown>>): number;
	tabulate?(asked: Need, params: Readonly<Record<string, unknown>>, context: TabulationContext): Tabulated | null;
};

/** Declares a provider; its parameters get their types from the table. */
export function defineProvider<const P extends ParamTable>(provider: Provider<P>): AnyProvider {
	return provider as unknown as AnyProvider;
}

/** Whether a provider gives what is needed. */
export function gives(provider: Pick<AnyProvider, "provides">, need: Need): boolean {
	return provider.provides.some(
		(given) =>
			needKey(given) === needKey(need) && ("signal" in given ? "signal" in need && given.level === need.level : true),
	);
}
