import { type JSX, Suspense, useEffect, useState } from "react";
import { messageOf } from "../../engine/core/errors";
import type { Trace } from "../../engine/credit/traceOps";
import { askWhy } from "../lab";
import { lazyPart } from "../lazyPart";
import type { Latest } from "../stores/run";

const WhySteps = lazyPart(() => import("./WhySteps"));

interface Props {
	readonly latest: Latest;
	/** Method whose arithmetic is shown, and its name. */
	readonly method: string;
	readonly title: string;
	readonly rollout: number;
	readonly token: number;
}

/** Why this number: the method's own arithmetic for this token, step by step. */
export function WhyCard({ latest, method, title, rollout, token }: Props): JSX.Element | null {
	const [answer, setAnswer] = useState<Trace | string | null>(null);
	useEffect(() => {
		let current = true;
		const tell = (news: Trace | string) => {
			if (current) setAnswer(news);
		};
		setAnswer(null);
		askWhy(latest, method, rollout, token)?.then(tell, (error: unknown) => tell(messageOf(error)));
		return () => {
			current = false;
		};
	}, [latest, method, rollout, token]);
	if (answer === null) return null;
	return (
		<section className="why">
			<h4>Why this number: {title}</h4>
			{typeof answer === "string" ? (
				<p className="muted">{answer}</p>
			) : (
				<Suspense fallback={null}>
					<WhySteps trace={answer} />
				</Suspense>
			)}
		</section>
	);
}
