import { Cancelled, InvalidInput, MissingSignal, messageOf } from "../engine/core/errors";
import { creditorOf, type MethodChoice } from "../engine/credit/choice";
import { type Trace, traceOf } from "../engine/credit/traceOps";
import type { Step } from "../engine/oracle/request";
import type { RolloutBatch } from "../engine/rollouts/batch";
import { editBatch, type TokenEdit } from "../engine/rollouts/editBatch";
import type { RolloutTree } from "../engine/rollouts/rolloutTree";
import { annotateFor, creditFrom, lackWithPolicy } from "../engine/signals/annotate";
import type { SignalChoices } from "../engine/signals/planner";
import { declaredSteps } from "../engine/signals/providers/declaredSteps";
import { stepRewards } from "../engine/signals/providers/stepRewards";
import type { Sources, TaskSource } from "../engine/signals/sources";
import { taskSource } from "../engine/signals/taskSource";
import type { ExperimentSpec } from "../engine/spec/experiment";
import { openSpec } from "../engine/spec/registries";
import { TASKS } from "../engine/tasks/registry";
import { promptPool } from "../engine/training/prompts";
import type { Shape } from "../engine/twin/shape";
import { type ToyTwin, toyTwin } from "../engine/twin/toyTwin";
import { attentionOf } from "./attention";
import { BatchPolicies } from "./batchPolicies";
import { BranchDesk } from "./branches";
import { breathe } from "./breathe";
import { ExactDesk } from "./exact";
import type {
	AttentionAnswer,
	AttentionQuestion,
	BranchAnswer,
	BranchQuestion,
	CreditAnswer,
	EditAnswer,
	ExactAnswer,
	ExactQuestion,
	LabApi,
	TracePolicy,
	TreeQuestion,
} from "./labApi";
import { PoliteOps } from "./politeOps";
import { treeOf } from "./trees";

/** Answers questions about rollouts with the engine's float64 definitions. */
export class Lab implements LabApi {
	private readonly desk = new ExactDesk();
	private known: { spec: string; sources: Sources } | null = null;
	private readonly branches = new BranchDesk();
	private readonly policies = new BatchPolicies();
	/** How often passes of a policy were cancelled. */
	private ended = 0;

	async credit(
		spec: ExperimentSpec,
		batch: RolloutBatch,
		methods: readonly (string | MethodChoice)[],
		parameters?: Float32Array,
	): Promise<CreditAnswer[]> {
		const mine = this.ended;
		const goesOn = () => this.ended === mine;
		const sources = this.sourcesOf(spec);
		const answers: CreditAnswer[] = [];
		for (const method of methods) {
			const choice = typeof method === "string" ? { id: method, params: {} } : method;
			const question = { choice, batch, sources, signals: spec.signals };
			const answer = await this.answerOf(question, spec, parameters, goesOn);
			if (!answer) break;
			answers.push(answer);
			// What is asked meanwhile, such as a tree, does not wait for all methods.
			await breathe();
		}
		return answers;
	}

	async cancelPasses(): Promise<void> {
		this.ended++;
	}

	/** The policy is read only where the method would not answer without it and does with it; null once that was cancelled. */
	private async answerOf(
		question: CreditQuestion,
		spec: ExperimentSpec,
		parameters: Float32Array | undefined,
		goesOn: () => boolean,
	): Promise<CreditAnswer | null> {
		const bare = answerFrom(question);
		if (bare.ok || !bare.readsPolicy || !parameters) return bare;
		try {
			const policy = await this.policies.of({ spec, parameters }, question.batch, question.sources.task, goesOn);
			return { ...answerFrom({ ...question, sources: { ...question.sources, policy } }), readsPolicy: true };
		} catch (error) {
			return error instanceof Cancelled ? null : refusal(question.choice, messageOf(error));
		}
	}

	exact(question: ExactQuestion, onStep: (step: Step) => void): Promise<ExactAnswer> {
		return this.desk.answer(question, onStep);
	}

	async cancelExact(): Promise<void> {
		this.desk.cancel();
	}

	async trace(
		batch: RolloutBatch,
		choice: MethodChoice,
		rollout: number,
		token: number,
		read?: TracePolicy,
	): Promise<Trace> {
		const [method, params] = [creditorOf(choice), choice.params];
		const sources = read ? this.sourcesOf(read.spec) : (this.known?.sources ?? {});
		const policy = read ? { policy: await this.policies.of(read, batch, sources.task) } : {};
		const { batch: annotated } = annotateFor(method, params, batch, { ...sources, ...policy }, read?.spec.signals);
		return traceOf(method, params, annotated, rollout, token);
	}

	/** The experiment's task and prompts, kept while the experiment stays; nothing for a task that is not registered. */
	private sourcesOf(spec: ExperimentSpec): Sources {
		const name = JSON.stringify([spec.task, spec.evaluation.prompts]);
		if (this.known?.spec === name) return this.known.sources;
		const sources = TASKS.some(({ id }) => id === spec.task.id) ? { task: openTask(spec) } : {};
		this.known = { spec: name, sources };
		return sources;
	}

	async attention(question: AttentionQuestion): Promise<AttentionAnswer> {
		return attentionOf(question);
	}

	branch(question: BranchQuestion, onNews: (answer: BranchAnswer) => void): Promise<BranchAnswer> {
		return this.branches.answer(question, onNews);
	}

	async cancelBranch(): Promise<void> {
		this.branches.cancel();
	}

	async edit(spec: ExperimentSpec, batch: RolloutBatch, edit: TokenEdit): Promise<EditAnswer> {
		const sources = this.sourcesOf(spec);
		const stepped = edit.stepReward === undefined ? batch : withStepRewards(batch, sources);
		const edited = editBatch(stepped, edit);
		const credit = creditFrom(creditorOf(spec.method), spec.method.params, edited, sources, spec.signals);
		return { batch: edited, credit };
	}

	async tree(question: TreeQuestion): Promise<RolloutTree> {
		return treeOf(question);
	}

	async twin(shape: Shape): Promise<ToyTwin> {
		return toyTwin(shape);
	}
}

/** The batch with the task's steps and what they were paid, where it does not carry them. @throws InvalidInput without a task. */
function withStepRewards(batch: RolloutBatch, sources: Sources): RolloutBatch {
	if (!batch.steps && !sources.task)
		throw new InvalidInput("The task of these rollouts is not known, and so neither are its steps.");
	const cut = batch.steps
		? batch
		: declaredSteps.annotate(batch, { asked: { field: "steps" }, params: {}, sources }).batch;
	if (cut.steps?.reward) return cut;
	return stepRewards.annotate(cut, { asked: { stepField: "reward", of: "steps" }, params: {}, sources }).batch;
}

function openTask(given: ExperimentSpec): TaskSource {
	const { spec, task } = openSpec(given);
	const { train, evaluation } = promptPool(task, spec);
	return taskSource(task, [...train, ...evaluation]);
}

interface CreditQuestion {
	readonly choice: MethodChoice;
	readonly batch: RolloutBatch;
	readonly sources: Sources;
	readonly signals: SignalChoices | undefined;
}

/** A method that cannot answer is an answer too: its reason. */
function answerFrom({ choice, batch, sources, signals }: CreditQuestion): CreditAnswer {
	try {
		const method = creditorOf(choice);
		try {
			const credit = creditFrom(method, choice.params, batch, sources, signals, (b) => new PoliteOps(b));
			return { method: choice.id, ok: true, credit };
		} catch (error) {
			if (sources.policy || !(error instanceof MissingSignal)) throw error;
			const lack = lackWithPolicy(method, choice.params, batch, sources, signals);
			return lack === null ? { ...refusal(choice, error.plain), readsPolicy: true } : refusal(choice, lack);
		}
	} catch (error) {
		return refusal(choice, error instanceof MissingSignal ? error.plain : messageOf(error));
	}
}

const refusal = ({ id }: MethodChoice, reason: string): CreditAnswer => ({ method: id, ok: false, reason });
