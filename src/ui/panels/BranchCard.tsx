import { type JSX, useEffect, useRef, useState } from "react";
import { messageOf } from "../../engine/core/errors";
import type { BranchAnswer } from "../../workers/labApi";
import { Chart } from "../charts/Chart";
import { drawRunning } from "../charts/runningChart";
import { fixed, signed } from "../format";
import { askBranch } from "../lab";
import { ROUNDED } from "../recording/rounded";
import type { ShownTree } from "./useTree";

interface Props {
	readonly shown: ShownTree;
	readonly node: number;
	/** All tokens up to the end of the node. */
	readonly text: string;
}

/** The node under study: its numbers, and continuations sampled from its end. */
export function BranchCard({ shown, node, text }: Props): JSX.Element {
	const { tree, colour } = shown;
	const number = (x: number) => (Number.isNaN(x) ? "not known" : signed(x, 3));
	return (
		<aside className="branch-card" aria-label="Branch under study">
			<p className="branch-path" title={text}>
				<code>{text}</code>
			</p>
			<p className="branch-numbers tabular">
				<Figure name={`of ${tree.count[0]} ${tree.names ? "steps" : "rollouts"}`} value={String(tree.count[node])} />
				<Figure
					name={tree.names ? "mean return from here" : "mean return"}
					value={number(tree.value[node] as number)}
				/>
				{Number.isNaN(tree.exact[node]) ? null : <Figure name="exact" value={number(tree.exact[node] as number)} />}
				{colour === "credit" ? <Figure name="credit" value={number(tree.credit[node] as number)} /> : null}
			</p>
			{tree.names ? null : <Branching key={`${shown.display.step} ${text}`} shown={shown} node={node} />}
		</aside>
	);
}

function Figure({ name, value }: { readonly name: string; readonly value: string }): JSX.Element {
	return (
		<span>
			<b>{value}</b> <span className="muted">{name}</span>
		</span>
	);
}

const SIZES = [16, 64, 256] as const;
/** Beside that of the rollouts. */
const TEMPERATURES = [0.5, 1, 2] as const;
interface State {
	readonly busy: boolean;
	readonly answer: BranchAnswer | null;
	readonly problem: string;
	/** Temperature that was asked for. */
	readonly asked: number;
}

/** Samples on from here, and shows the value settle. */
function Branching({ shown, node }: Pick<Props, "shown" | "node">): JSX.Element {
	const { tree, display } = shown;
	const own = display.latest.spec.rollout.temperature;
	const idle = { busy: false, answer: null, problem: "", asked: own };
	const [{ busy, answer, problem, asked }, setState] = useState<State>(idle);
	const [temperature, setTemperature] = useState(own);
	const [samples, setSamples] = useState<number>(64);
	const [seed, setSeed] = useState(1);
	const open = useRef(new AbortController());
	const stop = () => open.current.abort();
	useEffect(() => () => open.current.abort(), []);
	const [rollout, end] = [tree.rollout[node] as number, tree.end[node] as number];
	if (end >= (display.batch.lengths[rollout] as number)) return <p className="muted">The rollout ends here.</p>;
	const branch = () => {
		const now = { ...idle, asked: temperature };
		setState({ ...now, busy: true });
		setSeed(seed + 1);
		open.current = new AbortController();
		askBranch(display.latest, rollout, end, { samples, seed, temperature }, open.current, (news) =>
			setState({ ...now, busy: true, answer: news }),
		).then(
			(done) => setState({ ...now, answer: done }),
			(error: unknown) => setState({ ...now, problem: messageOf(error) }),
		);
	};
	return (
		<section className="branching">
			<p className="actions">
				<button type="button" onClick={busy ? stop : branch} title="Sample on from the end of this branch">
					{busy ? "Stop" : "Branch here"}
				</button>
				<select aria-label="Continuations" value={samples} onChange={(e) => setSamples(Number(e.target.value))}>
					{SIZES.map((n) => (
						<option key={n} value={n}>
							{n} ways on
						</option>
					))}
				</select>
				<select
					aria-label="Temperature of the continuations"
					title="Other temperatures are other policies: the exact value is not theirs"
					value={temperature}
					onChange={(e) => setTemperature(Number(e.target.value))}
				>
					{[own, ...TEMPERATURES.filter((t) => t !== own)].map((t) => (
						<option key={t} value={t}>
							{`temperature ${t}${t === own ? ", as sampled" : ""}`}
						</option>
					))}
				</select>
			</p>
			{problem ? (
				<p ref={intoView} className="muted" role="status">
					{problem}
				</p>
			) : null}
			{answer ? (
				<div ref={intoView}>
					<Found
						answer={answer}
						exact={asked === own ? (tree.exact[node] as number) : Number.NaN}
						of={samples}
						policy={display.latest.recorded ? `, policy ${ROUNDED}` : ""}
					/>
				</div>
			) : null}
		</section>
	);
}

/** What was asked for stands below its button, which in a low panel is below its edge. */
const intoView = (found: HTMLElement | null) => found?.scrollIntoView({ block: "nearest" });

interface FoundProps {
	readonly answer: BranchAnswer;
	readonly exact: number;
	readonly of: number;
	/** What to know of it; empty for nothing. */
	readonly policy: string;
}

function Found({ answer, exact, of, policy }: FoundProps): JSX.Element {
	const last = answer.values.at(-1);
	return (
		<>
			<div className="running-plot">
				<Chart
					className="chart"
					draw={(element, size) => size.width > 0 && drawRunning(element, { values: answer.values, exact, of }, size)}
				/>
			</div>
			{last ? (
				<p className="tabular" role="status">
					<b>{signed(last.mean, 3)}</b>{" "}
					<span className="muted">
						after {last.n}, 95 %: {fixed(last.lo, 2)} to {fixed(last.hi, 2)}
						{policy}
					</span>
				</p>
			) : null}
		</>
	);
}
