import { type JSX, useId, useState } from "react";
import { useStore } from "zustand";
import { REWARD_NAMES, REWARD_TESTS } from "../../engine/tasks/ownReward";
import { taskOf } from "../registries";
import { changeField, draftStore, rejectField } from "../stores/draft";

const PATH = "task.reward";
const EXAMPLES = ["r - 0.01 * policy", "if(r < 1, 0, r)", "2 * r"];

/** A formula for what each token pays, in place of the task's own reward. */
export function RewardField(): JSX.Element {
	const id = useId();
	const spec = useStore(draftStore, (d) => d.spec);
	const rejected = useStore(draftStore, (d) => d.rejected[PATH]);
	const [typed, setTyped] = useState<string | null>(null);
	const formula = spec.task.reward ?? "";
	const commit = (text: string) => {
		const reward = text.trim() === "" ? undefined : text;
		const { reward: _, ...task } = spec.task;
		try {
			taskOf({ ...spec, task: reward === undefined ? task : { ...task, reward } });
			changeField(PATH, reward);
		} catch (error) {
			rejectField(PATH, text, (error as Error).message);
		}
	};
	return (
		<div className="field reward-field" data-changed={formula !== ""}>
			<label htmlFor={id}>Own reward</label>
			<input
				id={id}
				autoComplete="off"
				spellCheck={false}
				placeholder="r, as the task pays"
				value={typed ?? rejected?.text ?? formula}
				aria-invalid={rejected !== undefined}
				aria-describedby={rejected ? `${id}-problem ${id}-help` : `${id}-help`}
				onChange={(e) => {
					setTyped(e.target.value);
					commit(e.target.value);
				}}
				onBlur={() => setTyped(null)}
			/>
			<p className="field-help" id={`${id}-help`}>
				What each token pays. Names:{" "}
				{Object.entries({ ...REWARD_NAMES, ...REWARD_TESTS })
					.map(namedAs)
					.join("; ")}
				. Also + − * /, comparisons, and, or, not, min, max, abs, if(c, yes, no). Examples: {EXAMPLES.join("; ")}.
			</p>
			{rejected ? (
				<p className="field-problem" id={`${id}-problem`} role="alert">
					{rejected.sentence}
				</p>
			) : null}
		</div>
	);
}

const namedAs = ([name, meaning]: [string, string]) => `${name}, ${meaning}`;
