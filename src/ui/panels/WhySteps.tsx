import type { JSX } from "react";
import type { Trace } from "../../engine/credit/traceOps";
import { Formula } from "../math/Formula";
import { linesOf, text, unique } from "../math/steps";
import "../styles/why.css";

/** How many numbers of a statistic are listed. */
const LISTED = 12;

/** The arithmetic of a trace: one block a step, with its numbers filled in, and the sum of the terms at the end. */
export default function WhySteps({ trace }: { readonly trace: Trace }): JSX.Element {
	return (
		<ol className="why-steps">
			{trace.steps.map(linesOf).map((step) => (
				<li key={step.symbol}>
					{step.words ? <p className="muted">{step.words}</p> : null}
					<Lines symbol={step.symbol} lines={step.lines} />
					{step.members.length > 0 ? <Members members={step.members} /> : null}
				</li>
			))}
			<li className="why-sum">
				<Sum equation={trace.equation} />
			</li>
		</ol>
	);
}

/** A symbol and what it equals, the equals signs below each other. */
function Lines({ symbol, lines }: { readonly symbol: string; readonly lines: readonly string[] }): JSX.Element {
	return (
		<div className="why-lines">
			{lines.map((line, i) => (
				<span key={line} className="why-line">
					<span>{i === 0 ? <Formula of={symbol} /> : null}</span>
					<span>=</span>
					<Formula of={line} />
				</span>
			))}
		</div>
	);
}

function Members({ members }: { readonly members: readonly number[] }): JSX.Element {
	const more = members.length - LISTED;
	return (
		<p className="muted tabular">
			among {members.slice(0, LISTED).map(text).join(", ")}
			{more > 0 ? ` and ${more} more` : ""}
		</p>
	);
}

function Sum({ equation }: { readonly equation: string }): JSX.Element {
	const [symbol = "", ...lines] = equation.split(" = ");
	// A sentence instead of a sum: the token was not scored, or is not the policy's.
	if (lines.length < 2) return <p>{equation}</p>;
	return <Lines symbol={symbol} lines={unique(lines)} />;
}
