import { type JSX, lazy, Suspense, useId, useState } from "react";

const ShareSheet = lazy(() => import("./ShareSheet"));

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
				<Suspense fallback={<p className="muted">Loading.</p>}>
					{opened > 0 ? <ShareSheet key={opened} /> : null}
				</Suspense>
			</div>
		</>
	);
}
