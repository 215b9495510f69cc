import { type JSX, Suspense, useId, useState } from "react";
import { lazyPart } from "../lazyPart";
import { PanelBoundary } from "./PanelBoundary";

const ShareSheet = lazyPart(() => import("./ShareSheet"));

/** A sheet with the link to what is on screen; each time it opens it is written anew. */
export function ShareButton(): JSX.Element {
	const id = useId();
	const [opened, setOpened] = useState(0);
	return (
		<>
			<button type="button" className="share" popoverTarget={id} onClick={() => setOpened(opened + 1)}>
				Share
			</button>
			<div id={id} popover="auto" className="chip-card share-card">
				<h3>Share these settings</h3>
				<PanelBoundary title="The sheet">
					<Suspense fallback={<p className="muted">Loading.</p>}>
						{opened > 0 ? <ShareSheet key={opened} /> : null}
					</Suspense>
				</PanelBoundary>
			</div>
		</>
	);
}
