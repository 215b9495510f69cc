import { type JSX, useEffect, useState } from "react";
import type { Trace } from "../../engine/credit/traceOps";
import { askWhy } from "../lab";
import type { Latest } from "../stores/run";

interface Props {
	readonly latest: Latest;
	readonly rollout: number;
	readonly token: number;
}

/** Why this number: the method's own arithmetic for this token, step by step. */
export function WhyCard({ latest, rollout, token }: Props): JSX.Element | null {
	const [answer, setAnswer] = useState<Trace | string | null>(null);
	useEffect(() => {
		let current = true;
		const tell = (news: Trace | string) => {
			if (current) setAnswer(news);
		};
		setAnswer(null);
		askWhy(latest, rollout, token)?.then(tell, (error: unknown) =>
			tell(error instanceof Error ? error.message : String(error)),
		);
		return () => {
			current = false;
		};
	}, [latest, rollout, token]);
	if (answer === null) return null;
	return (
		<section className="why">
			<h4>Why this number</h4>
			{typeof answer === "string" ? <p className="muted">{answer}</p> : <Steps trace={answer} />}
		</section>
	);
}

function Steps({ trace }: { readonly trace: Trace }): JSX.Element {
	return (
		<ol>
			{trace.steps.map((step) => (
				<li key={step.symbol}>
					<span className="muted">{step.operation}</span>
					<code>{step.equation}</code>
				</li>
			))}
			<li>
				<code>{trace.equation}</code>
			</li>
		</ol>
	);
}
