import { type JSX, useId, useState } from "react";
import { stepOf } from "../../engine/rollouts/editBatch";
import { significant } from "../format";
import type { Latest } from "../stores/run";
import { dropEdits, editToken } from "../whatIf";

interface Props {
	readonly latest: Latest;
	readonly rollout: number;
	readonly token: number;
}

/** Pays the pinned token otherwise, or annotates its step otherwise: every row then shows what its method makes of it. */
export function WhatIf({ latest, rollout, token }: Props): JSX.Element {
	const [problem, setProblem] = useState("");
	const { batch, editedFrom } = latest;
	const step = stepOf(batch.steps, rollout, token);
	const edit = (change: { reward?: number; stepReward?: number }) =>
		void editToken({ rollout, token, ...change }).then(setProblem);
	return (
		<section className="what-if">
			<h4>What if</h4>
			<NumberLine
				key={`reward ${rollout} ${token}`}
				label="this token had been paid"
				value={batch.rewards[rollout * batch.T + token] as number}
				onChange={(reward) => edit({ reward })}
			/>
			<NumberLine
				key={`step ${rollout} ${token}`}
				label="a judge had given its step"
				value={step < 0 ? Number.NaN : (batch.steps?.reward?.[step] ?? Number.NaN)}
				onChange={(stepReward) => edit({ stepReward })}
			/>
			{editedFrom ? (
				<p className="edited">
					Rewards edited by hand.{" "}
					<button type="button" onClick={dropEdits}>
						As sampled
					</button>
				</p>
			) : null}
			<p role="status" className="muted">
				{problem}
			</p>
		</section>
	);
}

interface LineProps {
	readonly label: string;
	/** NaN where nothing is known yet. */
	readonly value: number;
	readonly onChange: (value: number) => void;
}

function NumberLine({ label, value, onChange }: LineProps): JSX.Element {
	const id = useId();
	const [typed, setTyped] = useState<string | null>(null);
	const known = Number.isNaN(value) ? "" : significant(value).replace("−", "-");
	const commit = () => {
		const number = Number(typed);
		if (typed !== null && typed.trim() !== "" && Number.isFinite(number) && number !== value) onChange(number);
		setTyped(null);
	};
	return (
		<span className="what-if-line">
			<label htmlFor={id}>{label}</label>
			<input
				id={id}
				inputMode="decimal"
				autoComplete="off"
				value={typed ?? known}
				onChange={(e) => setTyped(e.target.value)}
				onBlur={commit}
				onKeyDown={(e) => {
					if (e.key === "Enter") commit();
				}}
			/>
		</span>
	);
}
