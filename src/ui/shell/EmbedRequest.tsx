import type { JSX } from "react";
import { useStore } from "zustand";
import { answerRequest, requestStore } from "../embed";

/** An embedding page of another origin wants to show something: the person decides, once an origin. */
export function EmbedRequest(): JSX.Element | null {
	const { origin } = useStore(requestStore);
	if (origin === null) return null;
	return (
		<div className="notices">
			<div className="notice" role="alert" data-tone="warning">
				<p className="happened">The page {origin} wants to show an experiment here.</p>
				<p>It replaces the settings on screen and starts nothing by itself.</p>
				<p className="actions">
					<button type="button" onClick={() => answerRequest(true)}>
						Show it
					</button>
					<button type="button" onClick={() => answerRequest(false)}>
						No
					</button>
				</p>
			</div>
		</div>
	);
}
